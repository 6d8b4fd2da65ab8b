# SPDX-License-Identifier: BSD-2-Clause
"""resize.py BUILD: a file is made longer and shorter while it is served: the
kernel learns it at SIGHUP, without a new login, and a file system grows."""
import os
import signal
import sys

import rig
import servers

IMAGE = "/tmp/image"
MOUNT = "/tmp/mnt"
MIB = 1 << 20


def sized(server, disk, size):
    """The file has that many MiB from now on: the next command tells, and the
    kernel asks."""
    os.truncate(IMAGE, size * MIB)
    server.child.send_signal(signal.SIGHUP)
    told = "Capacity data has changed"
    servers.wait_for(lambda: told in rig.run("sg_turs", disk.sg)[1], told)
    with open(disk.sysfs + "/rescan", "w", encoding="ascii") as f:
        f.write("1\n")
    servers.wait_for(lambda: disk.block("size") == str(size << 11),
                     f"{size} MiB")


def main():
    os.makedirs(MOUNT)
    with servers.iscsi_server(sys.argv[1],
                              f"disk:path={IMAGE},size=64M") as server, \
            rig.initiator():
        disk = rig.login(server, 1)[0]
        rig.need("mkfs.ext4", "-q", disk.sd)
        rig.need("mount", disk.sd, MOUNT)
        before = os.statvfs(MOUNT).f_blocks
        sized(server, disk, 96)
        rig.need("resize2fs", disk.sd)
        if os.statvfs(MOUNT).f_blocks < before * 5 // 4:
            raise servers.Failed("the file system did not grow")
        with open(MOUNT + "/large", "wb") as f:
            f.write(os.urandom(70 * MIB))
        rig.need("umount", MOUNT)
        rig.need("e2fsck", "-f", "-n", disk.sd)
        sized(server, disk, 32)
        rig.logout()
        if server.stop():
            raise servers.Failed(server.text(server.err))
    print("64, 96, 32 MiB")


servers.main(main)
