# SPDX-License-Identifier: BSD-2-Clause
"""vscsi.py BUILD: the program vscsi at a /dev/vscsi0 that takes OpenBSD's
ioctls: targets, errors, a file system, ends of either side."""
import errno
import hashlib
import os
import signal
import struct
import sys

import nbd
import pages
import rig
import servers
import vscsibus
from vscsibus import DONE, ERR, RESET, SENSE

BUS = "/dev/vscsi0"
IMAGE = "/tmp/vscsi.img"
MOUNT, PAGE = "/tmp/vscsi", "/tmp/vscsi.page"
NBLK = (64 << 20) // 512
DEVICES = (f"disk:path={IMAGE},size=64M", "5=disk:mem,size=1M",
           "5=disk:mem,size=2M", "disk:null,size=1M,inject=op=28:hang")
TUR = bytes(6)
INQUIRY = bytes((0x12, 0, 0, 0, 36, 0))


class Handler(servers.Process):
    """Our program, serving."""

    def __init__(self, build):
        super().__init__([os.path.join(build, "examples", "vscsi"), BUS,
                          *DEVICES])
        servers.wait_for(lambda: self.text(self.out).count("serving ") ==
                         len(DEVICES), "vscsi", self.alive)


def check(what, got, want):
    if got != want:
        raise servers.Failed(f"{what}: {got!r}, not {want!r}")


def rw(opcode, lba, nblk):
    return struct.pack(">BBIBHB", opcode, 0, lba, 0, nblk, 0)


def power_on(bus):
    for target, lun in ((0, 0), (5, 0), (5, 1), (6, 0)):
        c = bus.none(target, lun, TUR)
        check("power on", (c.status, c.sense[2], c.sense[12]), (SENSE, 6, 0x29))
        check("TEST UNIT READY", bus.none(target, lun, TUR).status, DONE)


def addresses(bus):
    """What the host finds when it probes."""
    check("probes", bus.events, [(vscsibus.REQPROBE, t, -1)
                                 for t in (0, 5, 6)])
    for target, lun, status, kind in ((0, 0, DONE, 0), (5, 1, DONE, 0),
                                      (0, 1, DONE, 0x7f), (5, 9, DONE, 0x7f),
                                      (1, 0, ERR, None)):
        c = bus.read(target, lun, INQUIRY, 36)
        check(f"INQUIRY of {target}, {lun}",
              (c.status, c.data[0] if c.moved else None), (status, kind))
    c = bus.read(5, 0, struct.pack(">B5xIxB", 0xa0, 256, 0), 256)
    check("LUNs", (c.status, c.moved, c.data[:24].hex()),
          (DONE, 24, "0000001000000000" "0000000000000000"
                     "0001000000000000"))


def data(bus):
    out = os.urandom(65536)
    c = bus.write(5, 0, rw(0x2a, 100, 128), out)
    check("WRITE", (c.status, c.moved), (DONE, 65536))
    c = bus.read(5, 0, rw(0x28, 100, 128), 65536)
    check("READ", (c.status, bytes(c.data) == out), (DONE, True))
    c = bus.read(5, 0, rw(0x28, 2047, 2), 1024)
    check("READ behind the end", (c.status, c.moved, c.sense.hex()),
          (SENSE, 0, "f0000500000800" "0a" "00000000" "2100" "00" "000000"))


def many(bus):
    """As many as the host has openings, and more."""
    commands = [bus.send(5, 1, rw(0x28, n, 8), vscsibus.READ, bytes(4096))
                for n in range(200)]
    for c in commands:
        bus.wait(c)
        check("one of many", (c.status, c.moved), (DONE, 4096))


def forgotten(bus):
    """The host gives up a command that hangs here; all else goes on."""
    bus.send(6, 0, rw(0x28, 0, 1), vscsibus.READ, bytes(512))
    check("while one hangs", bus.none(6, 0, TUR).status, DONE)
    bus.forget()
    check("afterwards", bus.none(0, 0, TUR).status, DONE)


class Disk:
    """LUN 0 of target 0, as nbd.py wants it."""

    def __init__(self, bus):
        self.bus = bus

    def done(self, c):
        if c.status != DONE:
            raise OSError(errno.EIO, "")
        return bytes(c.data)

    def pieces(self, length):
        for n in range(0, length, vscsibus.MOST):
            yield n, min(vscsibus.MOST, length - n)

    def read(self, at, length):
        return b"".join(
            self.done(self.bus.read(0, 0, rw(0x28, (at + n) >> 9, size >> 9),
                                    size))
            for n, size in self.pieces(length))

    def write(self, at, data):
        for n, size in self.pieces(len(data)):
            self.done(self.bus.write(0, 0, rw(0x2a, (at + n) >> 9, size >> 9),
                                     data[n:n + size]))

    def flush(self):
        self.done(self.bus.none(0, 0, rw(0x35, 0, 0)))


def file_system(bus):
    """Made, filled, checked, read back."""
    made = {}
    with nbd.device("/dev/nbd0", NBLK, Disk(bus)) as path:
        rig.need("mkfs.ext4", "-q", path)
        rig.need("mount", path, MOUNT)
        for n in range(20):
            name = f"{MOUNT}/file{n}"
            content = os.urandom((n * 37 % 31) * 9001 + n)
            made[name] = hashlib.sha256(content).digest()
            with open(name, "wb") as f:
                f.write(content)
        rig.need("umount", MOUNT)
    with nbd.device("/dev/nbd0", NBLK, Disk(bus)) as path:
        rig.need("e2fsck", "-f", "-n", path)
        rig.need("mount", path, MOUNT)
        for name, was in made.items():
            with open(name, "rb") as f:
                check(name, hashlib.sha256(f.read()).digest(), was)
        rig.need("umount", MOUNT)


def busy(build):
    status, out = rig.run(os.path.join(build, "examples", "vscsi"), BUS,
                          "disk:mem,size=1M")
    check("a second one", (status, "another process serves it" in out),
          (1, True))


def ends(build, bus, handler):
    """Of the process: killed with a command under way, then asked to."""
    kept = os.urandom(4096)
    check("WRITE", bus.write(0, 0, rw(0x2a, 8, 8), kept).status, DONE)
    c = bus.send(6, 0, rw(0x28, 0, 1), vscsibus.READ, bytes(512))
    check("while one hangs", bus.none(6, 0, TUR).status, DONE)
    handler.stop(signal.SIGKILL)
    check("killed", bus.wait(c).status, RESET)
    servers.wait_for(lambda: not bus.is_open, "the bus")
    with Handler(build) as handler:
        power_on(bus)
        check("READ", bytes(bus.read(0, 0, rw(0x28, 8, 8), 4096).data), kept)
        c = bus.send(6, 0, rw(0x28, 0, 1), vscsibus.READ, bytes(512))
        check("while one hangs", bus.none(6, 0, TUR).status, DONE)
        if handler.stop():
            raise servers.Failed(handler.text(handler.err))
        check("stopped", bus.wait(c).status, RESET)


def last_block(bus, target, lun):
    bus.none(target, lun, TUR) # power on
    c = bus.read(target, lun, bytes((0x25, *bytes(9))), 8)
    return struct.unpack(">I", c.data[:4])[0] if c.status == DONE else None


def page(build, bus):
    """What docs/vscsi.md says is typed."""
    rig.stand_in(PAGE, "disklabel", "newfs", "mount")
    one, three, _ = pages.blocks("vscsi.md", "sh")
    for text, units in ((one, {(0, 0): 1}),
                        (three.strip() + " &", {(0, 0): 1, (5, 0): 2,
                                                (5, 1): 2})):
        pid = rig.typed(build, PAGE, text)
        probes = [(vscsibus.REQPROBE, t, -1) for t in {t for t, _ in units}]
        servers.wait_for(lambda: bus.events == probes, text)
        for (target, lun), size in units.items():
            check(f"{target}, {lun}", last_block(bus, target, lun),
                  (size << 30) // 512 - 1)
        os.kill(pid, signal.SIGTERM)
        servers.wait_for(lambda: not bus.is_open, "the bus")


def main():
    build = sys.argv[1]
    os.makedirs(MOUNT)
    modprobe = rig.read("/proc/sys/kernel/modprobe") # knows where they are
    rig.need(modprobe, "-a", "cuse", "nbd")
    bus = vscsibus.Bus()
    servers.wait_for(lambda: os.path.exists(BUS), BUS)
    with Handler(build) as handler:
        busy(build)
        addresses(bus)
        power_on(bus)
        for step in (data, many, forgotten, file_system):
            step(bus)
        ends(build, bus, handler)
    page(build, bus)
    print("targets at a vscsi(4), a file system")


servers.main(main)
