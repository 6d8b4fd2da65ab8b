# SPDX-License-Identifier: BSD-2-Clause
"""A backup by Linux's st whose server is killed: archives of tar's, a
synchronous filemark behind each. What of them was acknowledged has to be there
whenever somebody serves the tape again."""
import fcntl
import os
import random
import struct
import subprocess
import threading

import rig
import servers

# <linux/mtio.h>
MTIOCTOP, MTIOCPOS = 0x40086d01, 0x80086d03
FSF, WEOF, REWIND = 1, 5, 6
TREE = "/tmp/backup"
LONGEST = 1 << 20
GROWS = 8 << 20 # the cartridge, at most, until the next kill


class Backup:
    """What is on the tape. seed: what is written, and until when."""

    def __init__(self, tape, cartridge, seed):
        self.tape, self.cartridge = tape, cartridge
        self.random = random.Random(seed)
        self.closed = 0 # archives with a filemark behind them
        os.makedirs(TREE)

    def do(self, fd, op, count=1):
        fcntl.ioctl(fd, MTIOCTOP, struct.pack("hi", op, count))

    def tar(self, how, n, **end):
        return subprocess.run(["tar", "-C", TREE, how, "-", f"file{n}"],
                              check=False, stderr=subprocess.PIPE, **end)

    def go(self, fd, n):
        """To the beginning of an archive."""
        self.do(fd, REWIND)
        if n:
            self.do(fd, FSF, n)

    def verify(self, fd):
        for n in range(self.closed):
            self.go(fd, n)
            done = self.tar("-df", n, stdin=fd, stdout=subprocess.PIPE)
            if done.returncode:
                raise servers.Failed(f"archive {n} of {self.closed}: "
                                     f"{done.stdout} {done.stderr}")
        self.go(fd, self.closed)

    def write(self, fd):
        """One archive after the other, until the drive has lost its place."""
        while True:
            n = self.closed
            with open(f"{TREE}/file{n}", "wb") as f:
                f.write(self.random.randbytes(self.random.randrange(LONGEST)))
            done = self.tar("-cf", n, stdout=fd)
            if done.returncode and b"Input/output error" in done.stderr:
                return
            if done.returncode:
                raise servers.Failed(f"tar: {done.stderr}")
            try:
                self.do(fd, WEOF)
            except OSError:
                return
            self.closed += 1

    def opened(self):
        return os.open(self.tape, os.O_RDWR)

    def size(self):
        return os.stat(self.cartridge).st_blocks << 9

    def survive(self, replace):
        """replace() kills who serves the tape and starts another one."""
        fd = self.opened()
        self.verify(fd)
        size = self.size() + self.random.randrange(GROWS)

        def soon():
            servers.wait_for(lambda: self.size() > size, "a writer")
            replace()

        thread = threading.Thread(target=soon)
        thread.start()
        try:
            self.write(fd)
        finally:
            thread.join()
        try:
            os.close(fd)
        except OSError:
            pass # st writes a filemark, which is refused

    def finish(self):
        fd = self.opened()
        self.verify(fd)
        os.close(fd)
        if not self.closed:
            raise servers.Failed("no archive was ever acknowledged")
