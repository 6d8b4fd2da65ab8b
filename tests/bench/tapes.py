# SPDX-License-Identifier: BSD-2-Clause
"""Tapes in ./dev bench: the core with a cartridge in a file, without a server,
and our iSCSI server beside tgtd's tape, records of 256 KiB."""
import contextlib
import os
import re
import statistics
import subprocess
import tempfile

import servers

RECORD, RECORDS = 256 << 10, 1000
MIB, OBJECTS = 1024, 10000000

# what tapelog prints: pattern, unit, goal (at least for MB/s, else at most)
CORE = {
    "write": (r"write +(\d+) MB/s", "MB/s", 1000),
    "read": (r"read +(\d+) MB/s", "MB/s", 1000),
    "write, encrypted": (r"write +encrypted +(\d+) MB/s", "MB/s", 400),
    "read, encrypted": (r"read +encrypted +(\d+) MB/s", "MB/s", 400),
    "open, 1 TB": (r"open +([\d.]+) us", "us", 50000),
    "LOCATE, p999": (r"p999=([\d.]+)", "us", 2000),
    "READ ELEMENT STATUS, 60,000": (r"elements ([\d.]+) ms", "ms", 10),
}


class Tapes:
    def __init__(self, bench):
        self.bench = bench
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.dir = tempfile.TemporaryDirectory(dir=base)
        self.core, self.rates = {}, {}

    def path(self, name):
        return os.path.join(self.dir.name, name)

    def alone(self):
        """In a file beside the build: tmpfs may be small for 10 million."""
        b = self.bench
        build = b.args.build
        out = subprocess.run(
            [*b.on_server, os.path.join(build, "tests", "bench", "tapelog"),
             os.path.join(build, "tapelog.bench"), str(MIB), str(OBJECTS)],
            capture_output=True, text=True, check=True).stdout
        for what, (pattern, _, _) in CORE.items():
            self.core[what] = float(re.search(pattern, out).group(1))

    def served(self, name, server, iqn, lun):
        for mode in "tw", "tr":
            done = servers.load(
                self.bench.args.build, server, "-m", mode, "-b", RECORD, "-n",
                RECORDS, "-q", 8, iqn=iqn, lun=lun, wrapper=self.bench.on_load)
            self.rates.setdefault((mode, name), []).append(
                float(done["MBps"]))

    def once(self):
        ours, tgt = self.path("ours"), self.path("tgt")
        with contextlib.ExitStack() as s:
            server = s.enter_context(self.bench.ours(
                f"tape:path={ours},size=1G"))
            self.served("tape_log", server, servers.IQN, 0)
        os.unlink(ours)
        subprocess.run(
            ["/usr/sbin/tgtimg", "--op", "new", "--device-type", "tape",
             "--barcode", "A00001", "--size", "1024", "--type", "data",
             "--file", tgt], capture_output=True, check=True)
        with servers.Tgtd([("ssc", tgt)],
                          wrapper=self.bench.on_server) as server:
            self.served("tgt", server, server.iqn, 1)
        os.unlink(tgt)

    def table(self):
        print("\ntapes: the core and a cartridge in a file, one thread")
        for what, (_, unit, goal) in CORE.items():
            is_ = self.core[what]
            ok = is_ >= goal if unit == "MB/s" else is_ <= goal
            print(f"{what:30} {is_:10.1f} {unit:5} goal {goal:6} "
                  f"{'reached' if ok else 'MISSED'}")
        print("tapes over iSCSI, records of 256 KiB, queue depth 8, cartridge "
              "in tmpfs: MB/s")
        for (mode, name), r in self.rates.items():
            print(f"{'write' if mode == 'tw' else 'read':6} {name:10} "
                  f"{statistics.median(r):8.0f} [{min(r):.0f} - {max(r):.0f}]")

    def close(self):
        self.dir.cleanup()
