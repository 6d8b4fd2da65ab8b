# SPDX-License-Identifier: BSD-2-Clause
"""./dev bench: our iSCSI server beside Debian's tgtd and what loopback TCP
alone can do, in one run, pinned, with interleaved repetitions.

Server on one core, generator on another, in real-time priority where that is
allowed (a quiet machine gives the same without). Prints medians [min-max] and
ratios, and draws a plot. Ratios depend on the machine: they are reported
against the goals, never a reason to fail.
"""
import argparse
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
import plot
import servers
import tapes

RANGE = 256 << 20  # bytes that the commands go to

# shape: generator options, bytes of request and reply, queue depth
SHAPES = {
    "read 4K QD1": (["-q", 1], 48, 4144, 1),
    "read 4K QD32": (["-q", 32], 48, 4144, 32),
    "read 4K QD128": (["-q", 128], 48, 4144, 128),
    "write 4K QD32": (["-q", 32, "-m", "rw"], 4144, 48, 32),
    "read 128K QD8 H+D": (["-q", 8, "-m", "sr", "-b", 131072, "-H", "-D"],
                          48, 131124, 8),
}

# goal: shape, target, at least this many times, the other target
GOALS = [
    ("read 4K QD32", "null", 0.85, "ceiling"),
    ("read 4K QD32", "null", 2, "tgt null"),
    ("read 4K QD128", "null", 5, "tgt null"),
    ("read 128K QD8 H+D", "null", 5, "tgt null"),
    ("read 4K QD1", "null, busy-poll", 1.4, "ceiling"),
    ("read 4K QD32", "file, tmpfs", 0.85, "null"),
    ("read 4K QD32", "file, tmpfs", 0.85, "null + preadv"),
]


def machine():
    """The processor, and how busy others keep it."""
    model = "unknown processor"
    with contextlib.suppress(OSError), open("/proc/cpuinfo",
                                            encoding="utf-8") as f:
        for line in f:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    load = " / ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{os.cpu_count()} x {model}, load average {load}"


class Bench:
    def __init__(self, args):
        self.args = args
        cpus = sorted(os.sched_getaffinity(0))
        real = ["chrt", "-r", "1"]
        if subprocess.run([*real, "true"], capture_output=True,
                          check=False).returncode:
            real = []
        pin = len(cpus) > 1
        self.on_server = real + (["taskset", "-c", str(cpus[0])] if pin
                                 else [])
        self.on_load = real + (["taskset", "-c", str(cpus[1])] if pin else [])
        self.how = (f"{'pinned' if pin else 'NOT pinned: one processor'}, "
                    f"{'real-time' if real else 'ordinary priority'}")
        self.tool = os.path.join(args.build, "tests", "bench", "tcpceil")
        self.rates = {}  # (shape, target): list of k commands per second

    def disk(self, stack):
        """A file in memory, written once."""
        base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        if base is None:
            print("no tmpfs at /dev/shm: the file is in the temporary folder")
        d = stack.enter_context(tempfile.TemporaryDirectory(dir=base))
        path = os.path.join(d, "disk.img")
        with open(path, "wb") as f:
            for _ in range(RANGE >> 20):
                f.write(os.urandom(1 << 20))
        return path

    def ours(self, device, *options):
        return servers.iscsi_server(self.args.build, *options, device,
                                    wrapper=self.on_server)

    def ceiling(self, *options):
        return servers.Server([self.tool, "server", "0", *options],
                              self.on_server)

    def run_ceiling(self, server, shape):
        _, req, rep, depth = SHAPES[shape]
        out = subprocess.run(
            [*self.on_load, self.tool, "rr", str(server.port), str(req),
             str(rep), str(depth), "1", str(self.args.seconds)],
            capture_output=True, text=True, check=True).stdout
        return dict(w.split("=") for w in out.split()[1:])

    def run_load(self, server, shape, iqn, lun):
        options = SHAPES[shape][0]
        return servers.load(
            self.args.build, server, "-p", server.pid, "-W", 0.15, "-t",
            self.args.seconds, "-w", RANGE, *options, iqn=iqn, lun=lun,
            wrapper=self.on_load)

    def run_preadv(self, path, shape):
        """What preadv alone does, and what it would leave of the null store's
        rate: no server of one thread that reads each block by a call of its
        own is faster."""
        out = subprocess.run(
            [*self.on_server, os.path.join(self.args.build, "tests", "bench",
                                           "preadceil"), path, "4096",
             str(self.args.seconds)], capture_output=True, text=True,
            check=True).stdout
        alone = float(out.split("=")[1]) / 1000
        null = self.rates[shape, "null"][-1]
        self.note(shape, "preadv alone", {"iops": alone * 1000})
        self.note(shape, "null + preadv",
                  {"iops": 1000 / (1 / null + 1 / alone)})

    def note(self, shape, target, result):
        rate = float(result["iops"]) / 1000
        self.rates.setdefault((shape, target), []).append(rate)

    def once(self, path):
        """One repetition: every shape on every target."""
        with contextlib.ExitStack() as s:
            ceiling = s.enter_context(self.ceiling())
            null = s.enter_context(self.ours("disk:null,size=1G"))
            file = s.enter_context(self.ours(f"disk:path={path}"))
            tgt = s.enter_context(servers.Tgtd(
                [("null", None), ("rdwr", path)], True, self.on_server))
            for shape in SHAPES:
                self.note(shape, "ceiling", self.run_ceiling(ceiling, shape))
                for name, server, iqn, lun in (
                        ("null", null, servers.IQN, 0),
                        ("file, tmpfs", file, servers.IQN, 0),
                        ("tgt null", tgt, tgt.iqn, 1),
                        ("tgt rdwr", tgt, tgt.iqn, 2)):
                    self.note(shape, name,
                              self.run_load(server, shape, iqn, lun))
        self.run_preadv(path, "read 4K QD32")
        # Those that never sleep, alone.
        shape = "read 4K QD1"
        with self.ceiling("poll") as server:
            self.note(shape, "ceiling, poll", self.run_ceiling(server, shape))
        with self.ours("disk:null,size=1G", "--busy-poll") as server:
            self.note(shape, "null, busy-poll",
                      self.run_load(server, shape, servers.IQN, 0))

    def median(self, shape, target):
        return statistics.median(self.rates[shape, target])

    def table(self):
        print(f"\n{machine()}\n{self.how}; {self.args.reps} interleaved repetitions of "
              f"{self.args.seconds} s; thousands of commands per second")
        print(f"{'':20} {'':16} {'median':>8} {'[min - max]':>17} "
              f"{'/ceiling':>9} {'/tgt null':>9}")
        for (shape, target), r in self.rates.items():
            m = statistics.median(r)
            span = f"[{min(r):.1f} - {max(r):.1f}]"
            print(f"{shape:20} {target:16} {m:8.1f} {span:>17} "
                  f"{m / self.median(shape, 'ceiling'):9.2f} "
                  f"{m / self.median(shape, 'tgt null'):9.2f}")

    def ratio(self, shape, target, other):
        """Ratios of each repetition: median, least, greatest."""
        r = [a / b for a, b in zip(self.rates[shape, target],
                                   self.rates[shape, other])]
        return statistics.median(r), min(r), max(r)

    def goals(self):
        print("\ngoals (for a quiet machine)")
        for shape, target, goal, other in GOALS:
            m, low, high = self.ratio(shape, target, other)
            print(f"{shape:20} {target:16} / {other:9} {m:6.2f} "
                  f"[{low:.2f} - {high:.2f}]  goal {goal:4} "
                  f"{'reached' if m >= goal else 'BELOW'}")


def main():
    p = argparse.ArgumentParser(prog="./dev bench")
    p.add_argument("--build", default="build-bench", help=argparse.SUPPRESS)
    p.add_argument("--reps", type=int, default=3)
    p.add_argument("--seconds", type=float, default=0.8)
    p.add_argument("--tapes", action="store_true", help="tapes only")
    args = p.parse_args()
    if not shutil.which("taskset"):
        raise servers.Failed("taskset is missing (package util-linux)")
    b = Bench(args)
    t = tapes.Tapes(b)
    with contextlib.closing(t):
        t.alone()
        for _ in range(args.reps):
            t.once()
    if args.tapes:
        print(f"{machine()}\n{b.how}")
        t.table()
        return
    with contextlib.ExitStack() as stack:
        path = b.disk(stack)
        for i in range(args.reps):
            print(f"repetition {i + 1} of {args.reps}", flush=True)
            b.once(path)
    b.table()
    b.goals()
    t.table()
    out = os.path.join(args.build, "bench")
    with open(out + ".json", "w", encoding="utf-8") as f:
        json.dump({f"{s} / {t}": r for (s, t), r in b.rates.items()}, f,
                  indent=1)
    with open(out + ".svg", "w", encoding="utf-8") as f:
        f.write(plot.bars("4 KiB and 128 KiB commands per second, by target",
                          "thousands per second", b.rates))
    print(f"\nplot: {out}.svg  figures: {out}.json")


servers.main(main)
