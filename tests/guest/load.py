# SPDX-License-Identifier: BSD-2-Clause
"""load.py FILE SEED COUNT: random writes, reads and truncates of a file, through
the page cache and past it (O_DIRECT), each compared with a model in memory.
load.py FILE SEED COUNT check: compare the file with what those have made it.

The same SEED, the same operations. It says that it has begun, from when on
SIGTERM ends it earlier, and how many there were.
"""
import collections
import contextlib
import itertools
import mmap
import os
import random
import signal
import sys

import rig
import servers

LARGEST, LONGEST = 1 << 19, 1 << 16
BLOCK = 4096 # what O_DIRECT wants of memory, offset and length
SHOWN = 12   # operations of a file that differs


class Model:
    """What a file has to hold."""

    def __init__(self):
        self.want = bytearray()

    def truncate(self, at):
        del self.want[at:]
        self.want.extend(bytes(at - len(self.want)))

    def write(self, at, data):
        if at > len(self.want):
            self.truncate(at)
        self.want[at:at + len(data)] = data

    def apply(self, op):
        if op.kind in ("write", "direct_write"):
            self.write(op.at, op.data)
        elif op.kind == "truncate":
            self.truncate(op.at)
        elif op.kind == "anew":
            self.truncate(0)


class File(Model):
    """A file that is held against its model."""

    def __init__(self, path):
        super().__init__()
        self.path, self.buffered, self.direct = path, -1, -1
        self.aligned = mmap.mmap(-1, LONGEST)
        self.recent = collections.deque(maxlen=SHOWN)
        self.open(os.O_CREAT | os.O_TRUNC)

    def open(self, flags=0):
        self.buffered = os.open(self.path, os.O_RDWR | flags)
        self.direct = os.open(self.path, os.O_RDWR | os.O_DIRECT)

    def close(self):
        os.close(self.buffered)
        os.close(self.direct)

    def do_write(self, op):
        self.is_(op, os.pwrite(self.buffered, op.data, op.at), op.length)

    def do_direct_write(self, op):
        self.aligned[:op.length] = op.data
        with memoryview(self.aligned) as view:
            done = os.pwrite(self.direct, view[:op.length], op.at)
        self.is_(op, done, op.length)

    def do_read(self, op):
        self.compare(op, os.pread(self.buffered, op.length, op.at))

    def do_direct_read(self, op):
        with memoryview(self.aligned) as view:
            n = os.preadv(self.direct, [view[:op.length]], op.at)
        self.compare(op, self.aligned[:n])

    def do_truncate(self, op):
        os.ftruncate(self.buffered, op.at)

    def do_forget(self, _):
        """What is read next comes from the disk."""
        os.fsync(self.buffered)
        os.posix_fadvise(self.buffered, 0, 0, os.POSIX_FADV_DONTNEED)

    def do_anew(self, _):
        """Another file of that name."""
        self.close()
        os.unlink(self.path)
        self.open(os.O_CREAT | os.O_EXCL)

    def apply(self, op):
        self.recent.append(f"{op.kind} {op.at} {op.length}")
        getattr(self, "do_" + op.kind)(op)
        super().apply(op)

    def is_(self, op, value, expected):
        if value != expected:
            raise servers.Failed(f"{self.path}: {op.kind} at {op.at}: {value} "
                                 f"of {expected} bytes; the last ones were:\n" +
                                 "\n".join(self.recent))

    def compare(self, op, got):
        want = self.want[op.at:op.at + op.length]
        self.is_(op, len(got), len(want))
        if got != want:
            equal = sum(1 for _ in itertools.takewhile(
                lambda pair: pair[0] == pair[1], zip(got, want)))
            self.is_(op, equal, len(want))


WEIGHTS = {"write": 30, "direct_write": 12, "read": 25, "direct_read": 12,
           "truncate": 6, "forget": 8, "anew": 1}
Operation = collections.namedtuple("Operation", "kind at length data")


def operations(seed):
    """Without end, and whatever comes of them."""
    source = random.Random(seed)
    kinds, weights = zip(*WEIGHTS.items())
    while True:
        kind = source.choices(kinds, weights)[0]
        at, length = source.randrange(LARGEST), source.randint(1, LONGEST)
        if kind.startswith("direct"):
            at, length = at - at % BLOCK, length + -length % BLOCK
        writes = kind in ("write", "direct_write")
        yield Operation(kind, at, length,
                        source.randbytes(length) if writes else b"")


def load(path, seed, count):
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    file, done = File(path), 0
    print("begun", flush=True)
    for op in itertools.islice(operations(seed), count):
        if ended:
            break
        file.apply(op)
        done += 1
    os.fsync(file.buffered)
    print(done)


def check(path, seed, count):
    model = Model()
    for op in itertools.islice(operations(seed), count):
        model.apply(op)
    with open(path, "rb") as f:
        if f.read() != model.want:
            raise servers.Failed(f"{path} is not what {count} operations of "
                                 f"seed {seed} have made it")


@contextlib.contextmanager
def loads(folder, seeds, count):
    """So many at once. When they are left, they have come to their end, are
    waited for, and have found no difference: (path, seed, count) of each."""
    made = []
    with contextlib.ExitStack() as stack:
        running = [(f"{folder}/load{s}", s, stack.enter_context(
            servers.Process([sys.executable, __file__, f"{folder}/load{s}", s,
                             count]))) for s in seeds]
        for _, _, child in running:
            servers.wait_for(lambda c=child: "begun" in c.text(c.out), "loads",
                             child.alive)
        yield made, [r[2] for r in running]
        for path, seed, child in running:
            status = child.child.wait(120)
            if status:
                raise servers.Failed(f"status {status}\n{child.text(child.out)}"
                                     f"{child.text(child.err)}")
            made.append((path, seed, int(child.text(child.out).split()[-1])))


def busy(disk, running):
    """All loads work, and the disk does."""
    def count():
        return int(disk.block("stat").split()[4])

    before = count()
    servers.wait_for(lambda: count() > before + 20, "writes",
                     lambda: all(one.alive() for one in running))


@contextlib.contextmanager
def unnoticed(disk, folder, seeds, count=1 << 20):
    """A file system on the disk, under loads that are ended when it is left: no
    error has reached them, and all is there. Gives what busy() wants."""
    rig.need("mkfs.ext4", "-q", disk.sd)
    rig.need("mount", disk.sd, folder)
    with loads(folder, seeds, count) as (made, running):
        yield running
        for one in running:
            one.child.send_signal(signal.SIGTERM)
    rig.need("umount", folder)
    rig.need("e2fsck", "-f", "-n", disk.sd)
    rig.need("mount", disk.sd, folder)
    for file in made:
        check(*file)
    rig.need("umount", folder)
    print(f"{sum(done for _, _, done in made)} operations")


def main():
    path, seed, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    (check if sys.argv[4:] else load)(path, seed, count)


if __name__ == "__main__":
    servers.main(main)
