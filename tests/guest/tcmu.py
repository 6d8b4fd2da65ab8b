# SPDX-License-Identifier: BSD-2-Clause
"""tcmu.py BUILD: a disk behind the kernel's target by TCMU, reached through its
loopback and its iSCSI: a file system on it, tools, a handler that is killed."""
import hashlib
import os
import signal
import sys

import lio
import load
import rig
import servers

IMAGE = "/tmp/tcmu.img"
MOUNT = "/tmp/tcmu"
SIZE = 96 << 20
SEEDS, KILLS = (6, 7), 3
DISK = f"scsiemu/a=disk:path={IMAGE},size=96M,thin"


def digest(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def drop_caches():
    lio.write("/proc/sys/vm/drop_caches", "3")


def file_system(disk):
    """Made, filled, read back, checked."""
    rig.need("mkfs.ext4", "-q", disk.sd)
    rig.need("mount", disk.sd, MOUNT)
    made = {}
    for n in range(30):
        path = f"{MOUNT}/file{n}"
        with open(path, "wb") as f:
            f.write(os.urandom((n * 37 % 31) * 9001 + n))
        made[path] = digest(path)
    rig.need("umount", MOUNT)
    drop_caches()
    rig.need("e2fsck", "-f", "-n", disk.sd)
    rig.need("mount", disk.sd, MOUNT)
    for path, was in made.items():
        if digest(path) != was:
            raise servers.Failed(f"{path} differs")
    rig.need("umount", MOUNT)


def expect(command, *lines):
    out = rig.need(*command)
    for line in lines:
        if line not in out:
            raise servers.Failed(f"{' '.join(command)}: no \"{line}\":\n{out}")


def tools(disk):
    """INQUIRY, VPD and MODE are ours, not the kernel's target's."""
    expect(["sg_inq", disk.sg], "Vendor identification: SCSIEMU")
    expect(["sg_readcap", "-l", disk.sg], "lbpme=1",
           f"Last LBA={(SIZE >> 9) - 1}")
    status, _ = rig.run("sg_raw", disk.sg, "12", "00", "01", "00", "24", "00")
    if status != 5: # ILLEGAL REQUEST
        raise servers.Failed(f"sg_raw: status {status}")
    rig.need("sg_reset", "--device", disk.sg)
    for told in ("the kernel's target", "our disk"):
        status, out = rig.run("sg_turs", disk.sg)
        if status != 6 or "Bus device reset function occurred" not in out:
            raise servers.Failed(f"a reset was not told of by {told}: "
                                 f"status {status}\n{out}")
    rig.need("sg_turs", disk.sg)


def resized(device, disk):
    """dev_size tells the handler that the file has another size."""
    for size in (SIZE + (32 << 20), SIZE):
        os.truncate(IMAGE, size)
        device.attrib("dev_size", str(size))
        told = "Capacity data has changed"
        servers.wait_for(lambda: told in rig.run("sg_turs", disk.sg)[1], told)
        expect(["sg_readcap", "-l", disk.sg],
               f"Last LBA={(size >> 9) - 1}")


def killed(build, device, handler, disk):
    """kill -9, again and again, under loads on a file system: none of them
    notices, and nothing is lost. The handler that is the last one."""
    with load.unnoticed(disk, MOUNT, SEEDS) as loads:
        for _ in range(KILLS):
            load.busy(disk, loads)
            handler.stop(signal.SIGKILL)
            handler.__exit__()
            handler = device.recover(lambda: lio.Handler(build, DISK))
        load.busy(disk, loads)
    return handler


def main():
    build = sys.argv[1]
    os.makedirs(MOUNT)
    lio.modules("tcm_loop", "iscsi_target_mod", "sd_mod", "sg")
    device = lio.Device("a", dev_size=SIZE, hw_max_sectors=2048)
    device.attrib("tmr_notification", "1")
    handler = lio.Handler(build, DISK)
    with lio.loopback("naa.6001405000000010", device) as disks:
        disk = disks[0]
        file_system(disk)
        tools(disk)
        resized(device, disk)
        handler = killed(build, device, handler, disk)
        file_system(disk)
    with lio.iscsi(device) as portal, rig.initiator():
        disk = rig.login(portal, 1)[0]
        file_system(disk)
        tools(disk)
        rig.logout()
    if handler.stop():
        raise servers.Failed(handler.text(handler.err))
    handler.__exit__()
    print("a disk by TCMU, the loopback, iSCSI")


servers.main(main)
