# SPDX-License-Identifier: BSD-2-Clause
"""reset.py BUILD: resets at all levels while a disk is written and read: who
writes does not notice, and nothing is lost."""
import os
import sys

import rig
import servers

# sg_reset's status: the kernel's iSCSI has no bus and no host to reset.
LEVELS = {"--device": 0, "--target": 0, "--bus": 1, "--host": 1}
BLOCK, COUNT = 65536, 384
SOURCE = "/tmp/source"


def progress(disk, writer):
    """Some more writes have ended: the kernel tries each five times, and gives
    up one that is reset more often. False: the writer has ended."""
    def count():
        return int(disk.block("stat").split()[4])

    before = count()
    servers.wait_for(lambda: count() > before + 8 or not writer.alive(),
                     "writes")
    return writer.alive()


def written(disk, resets):
    """A copy of random bytes, with resets under it: so many then."""
    with servers.Process(["dd", f"if={SOURCE}", f"of={disk.sd}",
                          f"bs={BLOCK}", "oflag=direct"]) as writer:
        while progress(disk, writer):
            level = list(LEVELS)[resets % len(LEVELS)]
            status, out = rig.run("sg_reset", "--no-esc", level, disk.sg)
            if status != LEVELS[level]:
                raise servers.Failed(f"sg_reset {level}: {status}\n{out}")
            resets += writer.alive()
        if writer.child.wait():
            raise servers.Failed("dd: " + writer.text(writer.err))
    rig.need("cmp", "-n", str(BLOCK * COUNT), SOURCE, disk.sd)
    return resets


def main():
    with open(SOURCE, "wb") as f:
        f.write(os.urandom(BLOCK * COUNT))
    resets = 0
    with rig.rig(sys.argv[1],
                 "disk:mem,size=64M,inject=write:delay=2..5:seed=7") as found:
        while resets < 2 * len(LEVELS): # on a slow machine few fit under one
            resets = written(found[0][0], resets)
        print(f"{resets} resets under a writer")


servers.main(main)
