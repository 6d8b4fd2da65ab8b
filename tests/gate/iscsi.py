# SPDX-License-Identifier: BSD-2-Clause
"""iscsi.py BUILD HEAPCOUNT.so COPYCOUNT.so: what the iSCSI server does per command and
keeps per session and logical unit, on the null store."""
import os
import subprocess
import sys
import tempfile

import count
import limits
import servers

NULL = "disk:null,size=1G"


class Iscsi:
    def __init__(self, build, heapcount, copycount):
        self.build = build
        self.heapcount, self.copycount = heapcount, copycount
        self.gate = limits.Gate()
        self.tmp = tempfile.TemporaryDirectory()

    def commands(self, server, n, *options):
        servers.load(self.build, server, "-n", n, *options)

    def instructions(self, n, *options):
        with servers.iscsi_server(self.build, NULL,
                                  wrapper=count.callgrind()) as s:
            self.commands(s, n, *options)
            if s.stop():
                raise servers.Failed("the server failed:\n" + s.text(s.err))
            return count.collected(s.text(s.err))

    def system_calls(self, n, depth):
        out = os.path.join(self.tmp.name, "strace")
        with servers.iscsi_server(self.build, NULL,
                                  wrapper=count.strace(out)) as s:
            self.commands(s, n, "-q", depth)
            # strace hands SIGTERM to nobody: end its child, then it ends.
            child = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(s.pid)], text=True,
                capture_output=True, check=True).stdout.split()
            os.kill(int(child[0]), 15)
            s.child.wait(60)
        return count.calls(out)

    def heap(self, what, *options):
        seen = self.more(self.heap_counter(), NULL, 64, 10000, *options)
        # A pool that grows once more is no call per command.
        self.gate.hold(f"heap calls, {what}", max(0, seen) / 10000, 0,
                       "calls")

    def heap_counter(self):
        return count.Preload(self.heapcount, "HEAPCOUNT")

    def more(self, counter, disk, few, n, *options):
        """What n more commands than a few count on a server that is warm: a
        session with few tells what logging in costs."""
        with servers.iscsi_server(self.build, disk, env=counter.env) as s:
            seen = []
            for k in (2000, few, few + n):  # the first warms up
                before = counter.count()
                self.commands(s, k, *options)
                servers.load(self.build, s, "-n", 1)  # the end is taken
                seen.append(counter.count() - before)
        return seen[2] - seen[1]

    def copies(self, what, limit, disk, size, *options):
        """Copies of each byte of payload in user space. Not as a difference
        of many commands and many: where TCP cuts the stream, a byte is copied
        once or not at all, and one run's chance would be put on the
        other's."""
        copied = self.more(count.Preload(self.copycount, "COPYCOUNT"), disk,
                           1, 1000, "-q", 16, "-b", size, *options)
        self.gate.hold(f"copies of the payload, {what}",
                       copied / (1000 * size), limit, "times")

    def all_copies(self):
        file = f"disk:path={os.path.join(self.tmp.name, 'disk')},size=64M"
        for name, disk in (("null", NULL), ("file", file)):
            for size in (4096, 131072):
                for way, options in (("read", ()), ("write", ("-m", "rw"))):
                    self.copies(f"{way} of {size}, {name} store",
                                limits.COPIES[way], disk, size, *options)
        self.copies("read of 4096 with digests", 0, file, 4096, "-H", "-D")

    def session_memory(self):
        sessions = 400
        heap = self.heap_counter()
        with servers.iscsi_server(self.build, NULL, env=heap.env) as s:
            self.commands(s, 2000, "-q", 32)
            before = heap.counts()[1]
            with subprocess.Popen(
                    [os.path.join(self.build, "tests/bench/rawiscsi"), "-L",
                     "-s", str(sessions), "127.0.0.1", str(s.port),
                     servers.IQN, "0"], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, text=True) as held:
                if held.stdout.readline() != "ready\n":
                    raise servers.Failed("the sessions did not log in")
                after = heap.counts()[1]
                held.stdin.close()
        self.gate.hold("memory of an idle session",
                       (after - before) / sessions, limits.SESSION,
                       "bytes")

    def lun_memory(self):
        seen = []
        for luns in (1, 2001):
            heap = self.heap_counter()
            with servers.iscsi_server(self.build, *[NULL] * luns,
                                      env=heap.env) as s:
                self.commands(s, 2000, "-q", 32)
                seen.append(heap.counts()[1])
        self.gate.hold("memory of an idle logical unit",
                       (seen[1] - seen[0]) / 2000, limits.LUN, "bytes")

    def all(self):
        self.gate.hold(
            "iSCSI READ of 4 KiB, null store, queue depth 8",
            count.slope(lambda n: self.instructions(n, "-q", 8), 1000, 9000),
            limits.ISCSI_READ, "instructions")
        for depth, limit in limits.CALLS.items():
            calls = count.slope(lambda n: self.system_calls(n, depth), 1000,
                                9000)
            # To a twentieth: the server's clock ticks meanwhile.
            self.gate.hold(
                f"system calls of an iSCSI READ, queue depth {depth}",
                round(calls * 20) / 20, limit, "calls")
        self.heap("iSCSI READ", "-q", 32)
        self.heap("iSCSI WRITE", "-q", 32, "-m", "rw")
        self.heap("iSCSI TEST UNIT READY", "-q", 32, "-m", "tu")
        self.heap("iSCSI READ with digests", "-q", 32, "-H", "-D")
        self.all_copies()
        self.session_memory()
        self.lun_memory()
        self.gate.end()


servers.main(lambda: Iscsi(*sys.argv[1:4]).all())
