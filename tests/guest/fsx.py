# SPDX-License-Identifier: BSD-2-Clause
"""fsx.py BUILD: ext4 and xfs on our disks over iSCSI, made, filled by loads that
check what they read, unmounted, checked, mounted and read again."""
import os
import sys

import load
import rig
import servers

# Name: its device, how it is made, how it is checked. (mkfs.xfs takes no less
# than 300 MiB.)
FILE_SYSTEMS = {
    "ext4": ("disk:path=/tmp/ext4.img,size=128M,thin",
             ("mkfs.ext4", "-q"), ("e2fsck", "-f", "-n")),
    "xfs": ("disk:path=/tmp/xfs.img,size=320M,thin,block=4096",
            ("mkfs.xfs", "-q"), ("xfs_repair", "-n")),
}
SEEDS, COUNT = (1, 2, 3), 250


def file_system(name, disk):
    """Made and filled: what is in its files."""
    _, make, check = FILE_SYSTEMS[name]
    folder = "/tmp/" + name
    os.makedirs(folder)
    rig.need(*make, disk.sd)
    rig.need("mount", disk.sd, folder)
    with load.loads(folder, SEEDS, COUNT) as (made, _):
        pass
    rig.need("umount", folder)
    rig.need(*check, disk.sd)
    rig.need("mount", disk.sd, folder)
    for file in made:
        load.check(*file)
    rig.need("umount", folder)


def main():
    devices = (device for device, _, _ in FILE_SYSTEMS.values())
    with rig.rig(sys.argv[1], *devices) as (disks,):
        for lun, name in enumerate(FILE_SYSTEMS):
            file_system(name, disks[lun])
        complaints = rig.complaints()
    if complaints:
        raise servers.Failed("\n".join(complaints))
    print(f"{len(SEEDS) * COUNT} operations each on "
          f"{' and '.join(FILE_SYSTEMS)}")


servers.main(main)
