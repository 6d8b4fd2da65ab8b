# SPDX-License-Identifier: BSD-2-Clause
"""tape.py BUILD: Linux's tape driver, st, with our drive: every operation of
mt(1), blocks of fixed and of variable length, partitions, the end of the
tape, and tar."""
import contextlib
import errno
import fcntl
import os
import struct
import sys

import rig
import servers

TAPE = "/dev/nst0"
BLOCK = 10240
# <linux/mtio.h>
MTIOCTOP, MTIOCGET, MTIOCPOS = 0x40086d01, 0x80306d02, 0x80086d03
(RESET, FSF, BSF, FSR, BSR, WEOF, REW, OFFL, NOP, RETEN, BSFM, FSFM, EOM,
 ERASE) = range(14)
(SETBLK, SETDENSITY, SEEK, TELL, SETDRVBUFFER) = range(20, 25)
(LOCK, UNLOCK, LOAD, UNLOAD, COMPRESSION, SETPART, MKPART) = range(28, 35)
CAN_PARTITIONS = 0x30000000 | 0x400 # MT_ST_SETBOOLEANS
# GMT_*
EOF, BOT, EOD, WR_PROT, ONLINE = 1 << 31, 1 << 30, 1 << 27, 1 << 26, 1 << 24


class Tape:
    """The open drive."""

    def __init__(self):
        self.fd = os.open(TAPE, os.O_RDWR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)

    def do(self, op, count=1):
        fcntl.ioctl(self.fd, MTIOCTOP, struct.pack("hi", op, count))

    def fails(self, op, count, why):
        try:
            self.do(op, count)
        except OSError as e:
            expect(f"error of operation {op}", e.errno, why)
            return
        raise servers.Failed(f"operation {op} {count} succeeded")

    def status(self):
        """(file, block, gstat, block length)"""
        got = fcntl.ioctl(self.fd, MTIOCGET, bytes(48))
        (_, _, dsreg, gstat, _, file, block) = struct.unpack("lllllii", got)
        return file, block, gstat, dsreg & 0xffffff

    def at(self, file, block):
        expect("file and block", self.status()[:2], (file, block))

    def tell(self):
        return struct.unpack("l", fcntl.ioctl(self.fd, MTIOCPOS, bytes(8)))[0]

    def write(self, *blocks):
        for b in blocks:
            expect("bytes written", os.write(self.fd, b), len(b))

    def read(self, *blocks):
        for b in blocks:
            if os.read(self.fd, max(len(b), BLOCK)) != b:
                raise servers.Failed(f"a block of {len(b)} bytes reads as "
                                     "something else")


def expect(what, is_, should):
    if is_ != should:
        raise servers.Failed(f"{what}: {is_}, not {should}")


def block(n, length=BLOCK):
    return bytes((n * 7 + i) & 0xff for i in range(length))


A = [block(n) for n in range(5)]
B = [block(n + 50, 333 * (n + 1)) for n in range(7)]


def write_files(t):
    """Two files, at the objects 0 to 5 and 6 to 13."""
    t.do(SETBLK, 0)
    t.do(REW)
    t.write(*A)
    t.do(WEOF)
    t.write(*B)
    t.do(WEOF, 2)
    t.at(3, 0)


def variable(t):
    write_files(t)
    expect("where it is", t.tell(), 15)
    t.do(REW)
    t.at(0, 0)
    t.read(*A, b"", *B, b"")
    for op, where in (BSF, 13), (BSFM, 6), (FSF, 14), (BSF, 13), (FSFM, 13):
        t.do(op)
        expect(f"behind operation {op}", t.tell(), where)
    t.do(REW)
    t.do(FSF)
    t.at(1, 0)
    t.read(B[0])
    t.do(FSR, 2)
    t.read(B[3])
    t.do(BSR, 3)
    t.read(B[1])
    t.fails(FSR, 20, errno.EIO)
    t.do(EOM)
    expect("where it is", t.tell(), 15)
    t.fails(FSF, 1, errno.EIO)
    t.do(SEEK, 8)
    expect("where it is", t.tell(), 8)
    t.read(B[2])
    t.do(REW)
    t.fails(BSR, 1, errno.EIO)
    t.fails(SEEK, 99, errno.EIO)
    try:
        t.do(REW)
        os.read(t.fd, 100)
        raise servers.Failed("a longer block is read")
    except OSError as e:
        expect("a longer block", e.errno, errno.ENOMEM)


def fixed(t):
    t.do(REW)
    t.do(SETBLK, 512)
    expect("block length", t.status()[3], 512)
    t.write(block(1, 5120), block(2, 512))
    t.do(WEOF)
    t.do(REW)
    t.read(block(1, 5120) + block(2, 512))
    t.read(b"")
    t.do(SETBLK, 0)


def large(t):
    """Blocks that go over the wire in many pieces."""
    t.do(REW)
    t.write(block(3, 262144), block(4, 262143))
    t.do(REW)
    t.read(block(3, 262144), block(4, 262143))


def rest(t):
    """What else mt has."""
    t.do(COMPRESSION, 0)
    t.do(COMPRESSION, 1)
    t.do(SETDRVBUFFER, 1)
    t.do(LOCK)
    t.do(UNLOCK)
    t.do(NOP)
    t.do(RETEN)
    write_files(t)
    t.do(REW)
    t.do(FSF)
    t.do(ERASE)
    t.do(EOM)
    expect("behind ERASE", t.tell(), 6)


def reload():
    with Tape() as t:
        t.do(OFFL)
    fd = os.open(TAPE, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.ioctl(fd, MTIOCTOP, struct.pack("hi", LOAD, 1))
    os.close(fd)
    with Tape() as t:
        expect("online, at its beginning",
               t.status()[2] & (ONLINE | BOT), ONLINE | BOT)


def partitions():
    with Tape() as t:
        t.do(SETDRVBUFFER, CAN_PARTITIONS)
        t.do(REW)
        t.do(MKPART, 8)
        t.do(SETPART, 1)
        t.write(A[0])
        t.do(SETPART, 0)
        t.write(A[1])
        t.do(WEOF)
        t.do(SETPART, 1)
        t.do(REW)
        t.read(A[0])
        t.do(SETPART, 0)
        t.do(REW)
        t.read(A[1])
        t.do(REW)
        t.do(MKPART, 0)


def end(t):
    """The driver stops a writer at early warning, and lets it write a trailer
    behind it."""
    t.do(REW)
    n = 0
    try:
        while True:
            t.write(A[0])
            n += 1
    except OSError as e:
        expect("at the end", e.errno, errno.ENOSPC)
    t.write(B[0])
    t.do(WEOF)
    t.do(REW)
    for _ in range(n):
        t.read(A[0])
    return n


def tar():
    rig.need("mkdir", "-p", "/tmp/tree/a")
    for i in range(20):
        with open(f"/tmp/tree/a/{i}", "wb") as f:
            f.write(os.urandom(i * 3001))
    rig.need("tar", "-C", "/tmp", "-cf", TAPE, "tree")
    with Tape() as t:
        t.do(REW)
    rig.need("tar", "-C", "/tmp/tree", "-xf", TAPE, "--strip-components=0")
    rig.need("diff", "-r", "/tmp/tree/a", "/tmp/tree/tree/a")


def main():
    with rig.rig(sys.argv[1], "tape:mem,size=32M,partitions=2"):
        servers.wait_for(lambda: os.path.exists(TAPE), TAPE)
        with Tape() as t:
            variable(t)
            fixed(t)
            large(t)
            rest(t)
        reload()
        partitions()
        with Tape() as t:
            blocks = end(t)
            t.do(REW)
        tar()
        print(f"mt, tar, {blocks} blocks up to the end")


servers.main(main)
