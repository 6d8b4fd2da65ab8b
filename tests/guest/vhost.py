# SPDX-License-Identifier: BSD-2-Clause
"""vhost.py BUILD: disks of vhost-user-scsi in a virtual machine of QEMU's: a
file system, tools, a back end that is killed under load, another size."""
import os
import signal

import qemu
import servers
from vmdisk import MIB, expect, killed, name

MODULES = ("virtio_pci", "virtio_scsi", "sd_mod")
PROGRAMS = ("mkfs.ext4", "e2fsck", "sg_inq", "sg_raw", "sg_readcap",
            "sg_reset", "sg_turs")


class BackEnd(servers.Process):
    """Our program, waiting for the front end."""

    def __init__(self, build, socket, *devices):
        super().__init__([os.path.join(build, "examples", "vhost-user-scsi"),
                          socket, *devices])
        servers.wait_for(lambda: "waiting" in self.text(self.out),
                         "vhost-user-scsi", self.alive)


def tools(guest, first, second):
    expect(guest, f"sg_inq /dev/{first}", "Vendor identification: SCSIEMU")
    expect(guest, f"sg_inq -p 0x83 /dev/{first}", "Device Identification")
    expect(guest, f"sg_readcap /dev/{second}",
           f"Last LBA={(32 * MIB >> 9) - 1}")
    status, out = guest.run(f"sg_raw /dev/{first} 12 0 1 0 24 0")
    if status != 5: # ILLEGAL REQUEST
        raise servers.Failed(f"sg_raw: status {status}\n{out}")
    guest.need(f"sg_reset --device /dev/{first}")
    status, out = guest.run(f"sg_turs /dev/{first}")
    if status != 6 or "Bus device reset function occurred" not in out:
        raise servers.Failed(f"nobody tells of a reset: {status}\n{out}")
    guest.need(f"sg_turs /dev/{first}")


def file_system(guest, disk):
    """Made, filled, read back, checked."""
    for command in (f"mkfs.ext4 -q -F /dev/{disk}", "mkdir -p /tmp/m",
                    f"mount -t ext4 /dev/{disk} /tmp/m",
                    "for i in 1 17 300 4000; do "
                    "dd if=/dev/urandom of=/tmp/m/$i bs=1000 count=$i; done",
                    "cd /tmp/m && sha256sum [0-9]* >/tmp/sums", "umount /tmp/m",
                    "echo 3 >/proc/sys/vm/drop_caches",
                    f"e2fsck -f -n /dev/{disk}",
                    f"mount -t ext4 /dev/{disk} /tmp/m",
                    "cd /tmp/m && sha256sum -c /tmp/sums", "umount /tmp/m"):
        guest.need(command)


def resized(guest, disk, back_end, image):
    """The guest learns it by an event, without being asked to look."""
    for size in (96 * MIB, 64 * MIB):
        os.truncate(image, size)
        back_end.child.send_signal(signal.SIGHUP)
        servers.wait_for(
            lambda: guest.need(f"cat /sys/block/{disk}/size").strip() ==
            str(size >> 9), f"{size} bytes")


def run(build, folder):
    image, socket = os.path.join(folder, "a"), os.path.join(folder, "socket")
    # Each write to the second takes some ms: some are always under way.
    devices = (f"disk:path={image},size=64M,thin",
               f"disk:path={folder}/b,size=32M,inject=write:delay=1..20")

    def start():
        return BackEnd(build, socket, *devices)

    back_end = start()
    try:
        with qemu.Guest(build, MODULES, PROGRAMS, "-chardev",
                        f"socket,id=c,path={socket},reconnect-ms=100",
                        "-device", "vhost-user-scsi-pci,chardev=c") as guest:
            fast, slow = name(guest, 0), name(guest, 1)
            tools(guest, fast, slow)
            file_system(guest, fast)
            back_end = killed(guest, slow, back_end, start)
            resized(guest, fast, back_end, image)
            file_system(guest, fast)
        if back_end.stop():
            raise servers.Failed(back_end.text(back_end.err))
    finally:
        back_end.__exit__()
    print("disks of a virtual machine")


qemu.main(run)
