# SPDX-License-Identifier: BSD-2-Clause
"""vscsi_tape.py BUILD: a library at a /dev/vscsi0 that takes OpenBSD's ioctls,
as docs/vscsi.md has it typed: the type of each LUN, moves, records, and a
process that is killed behind a synchronous filemark."""
import os
import signal
import struct
import sys

import pages
import rig
import servers
import vscsibus
from vscsibus import DONE, SENSE

BUS, FOLDER = "/dev/vscsi0", "/tmp/page"
CHANGER, DRIVES = 0, (1, 2)
SLOT, DRIVE = 0x1000, 0x200
TUR, REWIND, MARK = bytes(6), b"\1" + bytes(5), bytes((0x10, 0, 0, 0, 1, 0))
POWER_ON, MEDIUM, NONE = (6, 0x2900), (6, 0x2800), (2, 0x3a00)
LENGTHS = (1, 1000, 65536, 200001) # the last in several pieces
ILI, FILEMARK = 0x20, 0x80


def check(what, got, want):
    if got != want:
        raise servers.Failed(f"{what}: {got!r}, not {want!r}")


def good(bus, lun, cdb):
    check(cdb.hex(), bus.none(0, lun, cdb).status, DONE)


def told(bus, lun, *senses):
    """TEST UNIT READY: each once, and in this order; then it is ready, unless
    there is no medium."""
    for key, code in senses:
        c = bus.none(0, lun, TUR)
        check(f"LUN {lun}", (c.status, c.sense[2], c.sense[12] << 8 |
                             c.sense[13]), (SENSE, key, code))
    if senses[-1:] != (NONE,):
        good(bus, lun, TUR)


def move(bus, source, to):
    good(bus, CHANGER, struct.pack(">BxHHH4x", 0xa5, 1, source, to))


def where(bus):
    """Elements that have a cartridge: {address: barcode}."""
    c = bus.read(0, CHANGER, struct.pack(">BBHHxBHxx", 0xb8, 0x10, 0, 0xffff,
                                         0, 4096), 4096)
    check("READ ELEMENT STATUS", c.status, DONE)
    found, at, end = {}, 8, 8 + int.from_bytes(c.data[5:8], "big")
    while at < end:
        flags, length, size = struct.unpack_from(">xBHI", c.data, at)
        check("VOLTAG", flags & 0x80, 0x80)
        for d in range(at + 8, at + 8 + size, length):
            if c.data[d + 2] & 1:
                tag = bytes(c.data[d + 12:d + 44]).decode().strip()
                found[int.from_bytes(c.data[d:d + 2], "big")] = tag
        at += 8 + size
    return found


def rw(opcode, length):
    return bytes((opcode, 0)) + length.to_bytes(3, "big") + b"\0"


def write(bus, lun, record):
    c = bus.write(0, lun, rw(0x0a, len(record)), record)
    check("WRITE", (c.status, c.moved), (DONE, len(record)))


def read(bus, lun, record):
    """With more room than it needs; None: a filemark."""
    asked = len(record or b"") + 99
    c = bus.read(0, lun, rw(8, asked), asked)
    check("READ", (c.status, c.moved, c.sense[2],
                   int.from_bytes(c.sense[3:7], "big")),
          (SENSE, len(record or b""), ILI if record else FILEMARK,
           99 if record else asked))
    if record:
        check("a record", bytes(c.data[:c.moved]), record)


def read_all(bus, lun, records):
    good(bus, lun, REWIND)
    for record in (*records, None):
        read(bus, lun, record)


def types(bus):
    for lun, kind in ((0, 8), (1, 1), (2, 1), (3, 0x7f)):
        c = bus.read(0, lun, bytes((0x12, 0, 0, 0, 36, 0)), 36)
        check(f"INQUIRY of LUN {lun}", (c.status, c.data[0]), (DONE, kind))
    c = bus.read(0, 0, struct.pack(">B5xIxB", 0xa0, 256, 0), 256)
    check("LUNs", bytes(c.data[:32]), struct.pack(">II", 24, 0) + b"".join(
        struct.pack(">H6x", lun) for lun in (0, 1, 2)))


def begin(build, page, bus):
    """The program's pid, when the host has looked for the target."""
    pid = rig.typed(build, FOLDER, page)
    probes = [(vscsibus.REQPROBE, 0, -1)]
    servers.wait_for(lambda: bus.events == probes, "the target")
    return pid


def ended(bus, pid, sig):
    os.kill(pid, sig)
    servers.wait_for(lambda: not bus.is_open, "the bus")


def first(bus, records):
    types(bus)
    told(bus, CHANGER, POWER_ON)
    for lun in DRIVES:
        told(bus, lun, POWER_ON, NONE)
    move(bus, SLOT + 2, DRIVE)
    told(bus, 1, MEDIUM)
    for record in records:
        write(bus, 1, record)
    good(bus, 1, MARK)
    read_all(bus, 1, records)
    move(bus, DRIVE, DRIVE + 1)
    told(bus, 1, NONE)
    told(bus, 2, MEDIUM)
    read_all(bus, 2, records)
    write(bus, 2, b"more")
    good(bus, 2, MARK)
    write(bus, 2, b"perhaps")


def again(bus, records):
    told(bus, 1, POWER_ON, NONE)
    told(bus, 2, POWER_ON, MEDIUM)
    read_all(bus, 2, records)
    read(bus, 2, b"more")
    read(bus, 2, None)
    move(bus, DRIVE + 1, SLOT + 2)
    told(bus, 2, NONE)


def main():
    build = sys.argv[1]
    records = [os.urandom(n) for n in LENGTHS]
    rig.need(rig.read("/proc/sys/kernel/modprobe"), "cuse")
    rig.stand_in(FOLDER)
    bus = vscsibus.Bus()
    servers.wait_for(lambda: os.path.exists(BUS), BUS)
    page = pages.blocks("vscsi.md", "sh")[2]
    pid = begin(build, page, bus)
    first(bus, records)
    before = where(bus)
    check("the cartridge", before[DRIVE + 1], "VOL003L8")
    ended(bus, pid, signal.SIGKILL)
    pid = begin(build, page, bus)
    told(bus, CHANGER, POWER_ON)
    check("elements", where(bus), before)
    again(bus, records)
    ended(bus, pid, signal.SIGTERM)
    print("a library at a vscsi(4)")


servers.main(main)
