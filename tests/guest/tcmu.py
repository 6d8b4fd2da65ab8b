# SPDX-License-Identifier: BSD-2-Clause
"""tcmu.py BUILD: a disk behind the kernel's target by TCMU, reached through its
loopback and its iSCSI: a file system on it, tools, a handler that is killed."""
import hashlib
import os
import signal
import sys

import lio
import rig
import servers

IMAGE = "/tmp/tcmu.img"
MOUNT = "/tmp/tcmu"
SIZE = 96 << 20
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


def killed(build, device, handler, disk):
    """kill -9 with a write under way: what was synced is there."""
    kept = os.urandom(1 << 20)
    with open(disk.sd, "r+b", buffering=0) as f:
        f.write(kept)
        os.fsync(f.fileno())
    writer = servers.Process(["dd", "if=/dev/zero", f"of={disk.sd}",
                              "bs=64k", "seek=64", "count=512",
                              "oflag=direct"])
    with writer:
        servers.wait_for(lambda: int(disk.block("stat").split()[4]) > 0,
                         "writes")
        handler.stop(signal.SIGKILL)
        handler = device.recover(lambda: lio.Handler(build, DISK))
        if writer.child.wait(60):
            raise servers.Failed("dd: " + writer.text(writer.err))
    drop_caches()
    with open(disk.sd, "rb") as f:
        if f.read(1 << 20) != kept:
            raise servers.Failed("what was synced is lost")
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
