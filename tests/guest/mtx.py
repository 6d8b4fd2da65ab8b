# SPDX-License-Identifier: BSD-2-Clause
"""mtx.py BUILD: mtx, loaderinfo, mt, tapeinfo and Linux's driver ch with our
library: what they say, word for word, and what is where behind each move."""
import fcntl
import re
import struct
import sys

import rig
import servers

# <linux/chio.h>
CHIOMOVE, CHIOPOSITION, CHIOGPARAMS = 0x40146301, 0x400c6303, 0x80146306
ROBOT, SLOT, PORT, DRIVE = range(4)
# What mtx is told, its exit status, and what it says.
TALK = (
    ("inquiry", 0, "Product Type: Medium Changer\nVendor ID: 'SCSIEMU '\n"
     "Product ID: 'Media Changer   '\nRevision: '0001'\n"
     "Attached Changer API: No\n"),
    ("inventory", 0, ""),
    ("load 1 0", 0,
     "Loading media from Storage Element 1 into drive 0...done\n"),
    ("load 2", 1, "Drive 0 Full (Storage Element 1 loaded)\n"),
    ("load 1 1", 1, "Loading media from Storage Element 1 into drive 1..."
     "Source Element Address 4096 is Empty\n"),
    ("load 2 1", 0,
     "Loading media from Storage Element 2 into drive 1...done\n"),
    ("transfer 3 4", 1, "Destination Element Address 4099 is Already Full\n"),
    ("unload 4 0", 1, "Storage Element 4 is Already Full\n"),
    ("transfer 4 7", 0, ""),
    ("eepos 0 transfer 5 7", 1,
     "Destination Element Address 16 is Already Full\n"),
    ("first 0", 0, "loading...done.\n"),
    ("next 0", 0, "Unloading drive 0 into Storage Element 1...done\n"
     "Loading media from Storage Element 3 into drive 0...done\n"),
    ("previous 0", 0, "Unloading drive 0 into Storage Element 3...done\n"
     "Loading media from Storage Element 1 into drive 0...done\n"),
    ("position 3", 0, ""),
)
# Element by element, the drives first.
AFTER = ["Drive 0: VOL001L8", "Drive 1: VOL002L8", "1: -", "2: -",
         "3: VOL003L8", "4: -", "5: VOL005L8", "6: -", "7: VOL004L8", "8: -"]


def expect(what, is_, should):
    if is_ != should:
        raise servers.Failed(f"{what}: {is_!r}, not {should!r}")


def inventory(sg, *how):
    """Where mtx sees which cartridge."""
    out = rig.need("mtx", "-f", sg, *how, "status")
    found = re.findall(r"(?:Data Transfer|Storage) Element (\d+)([^:]*):"
                       r"(Full|Empty)[^:\n]*(?::VolumeTag ?= ?(\w*))?", out)
    return [f"{n}: {tag or '-'}" for n, _, _, tag in found]


def mtx(sg):
    for line, status, words in TALK:
        expect(f"mtx {line}", rig.run("mtx", "-f", sg, *line.split()),
               (status, words))
    want = [w.removeprefix("Drive ") for w in AFTER]
    for how in (), ("altres",), ("noattach",):
        expect(f"inventory {how}", inventory(sg, *how), want)
    # Here 1Bh opens and closes an element, and there is none at address 0.
    if "Additional Sense Code = 21" not in rig.run("mtx", "-f", sg, "eject")[1]:
        raise servers.Failed("mtx eject found something to eject")


def drives(*tapes):
    """A file in each of the two, at once."""
    for n, d in enumerate(tapes):
        with open(f"/tmp/data{n}", "wb") as f:
            f.write(bytes([n + 1]) * 100000)
        rig.need("dd", f"if=/tmp/data{n}", f"of={d.sd}", "bs=10000")
    for n, d in enumerate(tapes):
        expect("tell", rig.need("mt", "-f", d.sd, "tell"), "At block 11.\n")
        rig.need("mt", "-f", d.sd, "rewind")
        rig.need("dd", f"if={d.sd}", f"of=/tmp/back{n}", "bs=64k")
        rig.need("cmp", f"/tmp/data{n}", f"/tmp/back{n}")
        if "Ready: yes" not in rig.need("tapeinfo", "-f", d.sg):
            raise servers.Failed(f"tapeinfo: {d.sg} is not ready")


# What mt is told behind ten blocks of 512, a mark, two of 1 MiB - 1 and a
# mark, its exit status, and the block that it is at then.
MOVES = (
    ("seek 0", 0, 0), ("fsf 1", 0, 11), ("fsfm 1", 0, 13), ("bsfm 1", 0, 11),
    ("bsf 1", 0, 10), ("fsr 2", 2, 11), ("rewind", 0, 0), ("fsr 3", 0, 3),
    ("bsr 2", 0, 1), ("eod", 0, 14), ("weof 2", 0, 16), ("asf 1", 0, 11),
    ("setblk 512", 0, 11), ("setblk 0", 0, 11), ("drvbuffer 1", 0, 11),
    ("lock", 0, 11), ("unlock", 0, 11), ("retension", 0, 0),
)


def positions(tape):
    """mt, and where the tape is behind it."""
    def told(*words):
        return rig.run("mt", "-f", tape.sd, *words)

    rig.need("mt", "-f", tape.sd, "rewind")
    for length, count in (512, 10), (1048575, 2):
        rig.need("dd", "if=/dev/zero", f"of={tape.sd}", f"bs={length}",
                 f"count={count}")
    for line, status, at in MOVES:
        expect(f"mt {line}", told(*line.split())[0], status)
        expect(f"behind mt {line}", told("tell"), (0, f"At block {at}.\n"))


def ch(changer, tape):
    """The driver's own way to move a cartridge."""
    with open(changer.sd, "rb") as f:
        expect("CHIOGPARAMS", struct.unpack("5i", fcntl.ioctl(
            f, CHIOGPARAMS, bytes(20))), (0, 1, 6, 2, 2))
        fcntl.ioctl(f, CHIOPOSITION, struct.pack("3i", SLOT, 5, 0))
        fcntl.ioctl(f, CHIOMOVE, struct.pack("5i", DRIVE, 0, PORT, 1, 0))
        expect("behind CHIOMOVE", inventory(changer.sg)[-1], "8: VOL001L8")
        fcntl.ioctl(f, CHIOMOVE, struct.pack("5i", PORT, 1, DRIVE, 0, 0))
    rig.need("dd", f"if={tape.sd}", "of=/tmp/again", "bs=64k")
    rig.need("cmp", "/tmp/data0", "/tmp/again")


def main():
    with rig.rig(sys.argv[1], "library:dir=/tmp/library,slots=6,ie=2,drives=2,"
                 "cartridges=5,size=64M") as (luns,):
        mtx(luns[0].sg)
        drives(luns[1], luns[2])
        positions(luns[2])
        ch(luns[0], luns[1])
        # ch asks for SCSI-2's addresses of the drives; SMC-3 has none.
        bad = [c for c in rig.complaints() if "ID/LUN unknown" not in c]
        expect("the kernel's complaints", bad, [])
        info = rig.need("loaderinfo", "-f", luns[0].sg)
        for line in ("Number of Storage Elements: 6",
                     "Volume Tag Reader Present: Yes"):
            if line not in info:
                raise servers.Failed(f"loaderinfo: no {line} in\n{info}")


servers.main(main)
