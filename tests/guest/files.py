# SPDX-License-Identifier: BSD-2-Clause
"""files.py BUILD: a file system on our disks: made, written, read after a new
login, trimmed, checked; blocks discarded and zeroed."""
import hashlib
import os
import sys

import rig
import servers

IMAGE = "/tmp/image"
MOUNT = "/tmp/mnt"
DEVICES = (f"disk:path={IMAGE},size=96M,thin",
           "disk:mem,size=96M,thin,block=4096",
           "disk:mem,size=96M")
MIB = 1 << 20


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def drop_caches():
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
        f.write("3\n")


def fill(folder):
    """Files of many sizes: name, digest."""
    made = {}
    for n in range(40):
        path = os.path.join(folder, f"file{n}")
        with open(path, "wb") as f:
            f.write(os.urandom((n * 37 % 41) * 9001 + n))
        made[path] = digest(path)
    return made


def check(disk):
    rig.need("e2fsck", "-f", "-n", disk.sd)


def file_system(disk):
    """What was written is there when nothing is cached; half of it goes."""
    rig.need("mkfs.ext4", "-q", "-E", "nodiscard", disk.sd)
    rig.need("mount", disk.sd, MOUNT)
    made = fill(MOUNT)
    rig.need("umount", MOUNT)
    drop_caches()
    check(disk)
    rig.need("mount", disk.sd, MOUNT)
    for path, was in made.items():
        if digest(path) != was:
            raise servers.Failed(f"{disk.sd}: {path} differs")
    for path in list(made)[::2]:
        os.unlink(path)
    rig.need("sync")


def used():
    return os.stat(IMAGE).st_blocks * 512


def trim(disk):
    before = used()
    out = rig.need("fstrim", "-v", MOUNT)
    if "MiB" not in out:
        raise servers.Failed(f"fstrim: {out}")
    if disk.lun == 0 and used() > before - MIB:
        raise servers.Failed(f"fstrim freed {before - used()} bytes")


def blocks(disk, thin):
    """blkdiscard, and blkdiscard -z; their neighbours stay."""
    with open(disk.sd, "r+b") as f:
        f.write(b"\xa5" * (8 * MIB))
    calls = [(("-z",), 2 * MIB)] + [((), 4 * MIB)] * thin
    for options, at in calls:
        rig.need("blkdiscard", *options, "-o", str(at), "-l", str(MIB),
                 disk.sd)
    drop_caches()
    gone = {at // MIB for _, at in calls}
    with open(disk.sd, "rb") as f:
        for n in range(8):
            want = b"\0" if n in gone else b"\xa5"
            if f.read(MIB) != want * MIB:
                raise servers.Failed(f"{disk.sd}: MiB {n} is not {want}")
    status, out = rig.run("blkdiscard", disk.sd)
    if (status == 0) != thin:
        raise servers.Failed(f"blkdiscard {disk.sd}: status {status}: {out}")
    if disk.lun == 0 and used():
        raise servers.Failed(f"{used()} bytes remain after blkdiscard")


def main():
    os.makedirs(MOUNT)
    with rig.rig(sys.argv[1], *DEVICES) as (disks,):
        for lun, device in enumerate(DEVICES):
            disk, thin = disks[lun], "thin" in device
            file_system(disk)
            if thin:
                trim(disk)
            rig.need("umount", MOUNT)
            check(disk)
            blocks(disk, thin)
        complaints = rig.complaints()
    if complaints:
        raise servers.Failed("\n".join(complaints))


servers.main(main)
