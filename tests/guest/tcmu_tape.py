# SPDX-License-Identifier: BSD-2-Clause
"""tcmu_tape.py BUILD: a library and its drive behind the kernel's target by
TCMU, reached through its loopback: mtx, Linux's st, mt and tar."""
import hashlib
import os
import sys

import lio
import rig
import servers

LIBRARY = "scsiemu/l=library:dir=/tmp/library,slots=3,ie=1,drives=1,size=32M"
# The loopback takes 256 pieces of memory in a command, and those of a reader
# may be of one page each.
LENGTHS, ROOM = (1000, 65536, 1 << 18), 1 << 19


def expect(what, is_, should):
    if is_ != should:
        raise servers.Failed(f"{what}: {is_!r}, not {should!r}")


def records(tape):
    """Of several lengths, each read into more room than it needs: the kernel
    is told how much came, beside the sense."""
    written = [os.urandom(n) for n in LENGTHS]
    with open(tape, "r+b", buffering=0) as f:
        for record in written:
            expect("bytes written", f.write(record), len(record))
    rig.need("mt", "-f", tape, "rewind")
    with open(tape, "rb", buffering=0) as f:
        for record in written:
            got = f.read(ROOM)
            expect("length of a record", len(got), len(record))
            expect("a record", hashlib.sha256(got).digest(),
                   hashlib.sha256(record).digest())
        expect("behind the last one", f.read(ROOM), b"") # a filemark
    rig.need("mt", "-f", tape, "rewind")
    rig.need("mt", "-f", tape, "fsf", "1")
    expect("tell", rig.need("mt", "-f", tape, "tell"), "At block 4.\n")


def tar(tape):
    os.makedirs("/tmp/tree/a")
    for i in range(20):
        with open(f"/tmp/tree/a/{i}", "wb") as f:
            f.write(os.urandom(i * 3001))
    rig.need("mt", "-f", tape, "rewind")
    rig.need("tar", "-C", "/tmp/tree", "-cf", tape, "a")
    rig.need("mt", "-f", tape, "rewind")
    os.makedirs("/tmp/back")
    rig.need("tar", "-C", "/tmp/back", "-xf", tape)
    rig.need("diff", "-r", "/tmp/tree/a", "/tmp/back/a")


def main():
    lio.modules("tcm_loop", "st", "ch", "sg")
    devices = [lio.Device(name, dev_config=config, dev_size=1 << 20,
                          hw_max_sectors=2048)
               for name, config in (("l", "scsiemu/l"),
                                    ("d", "scsiemu/l/drive0"))]
    handler = lio.Handler(sys.argv[1], LIBRARY)
    with lio.loopback("naa.6001405000000020", *devices) as units:
        changer, drive = units[0], units[1]
        expect("types", (changer.type, drive.type), ("8", "1"))
        expect("mtx", rig.need("mtx", "-f", changer.sg, "load", "2", "0"),
               "Loading media from Storage Element 2 into drive 0...done\n")
        records(drive.sd)
        tar(drive.sd)
        expect("mtx", rig.need("mtx", "-f", changer.sg, "unload", "4", "0"),
               "Unloading drive 0 into Storage Element 4...done\n")
    if handler.stop():
        raise servers.Failed(handler.text(handler.err))
    handler.__exit__()
    print("a library by TCMU, the loopback")


servers.main(main)
