# SPDX-License-Identifier: BSD-2-Clause
"""fabrics.py BUILD: what docs/fabrics.md says to type for fabrics that need a
whole kernel, typed: one disk by TCMU, seen over FCoE, SRP and iSER at once."""
import base64
import os

import packages
import pages
import qemu
import servers

MODULES = ("veth", "configfs", "target_core_mod", "target_core_user", "tcm_fc",
           "fcoe", "crc32_generic", "crc32c_generic", "rdma_rxe", "ib_srp",
           "ib_srpt", "iscsi_target_mod", "ib_iser", "ib_isert", "vhost_scsi",
           "sd_mod", "sg", "ext4")
PROGRAMS = ("ip", "rdma", "iscsistart", "mkfs.ext4", "e2fsck", "sg_inq",
            "sg_reset", "sg_turs")
OPEN_ISCSI = ("open-iscsi", "libopeniscsiusr", "libisns0")
# The shell would take busybox's.
OWN = 'ip() { /bin/ip "$@"; }\n'


def typed(guest, text):
    """Several lines in one go."""
    coded = base64.b64encode((OWN + text).encode()).decode()
    guest.need(f"echo {coded} | base64 -d >/tmp/typed; sh -e /tmp/typed")


def serve(guest, local):
    """The first lines of docs/tcmu.md: the kernel's device and our handler."""
    names, made, handler = local.splitlines()[:3]
    guest.need("mount -t configfs none /sys/kernel/config")
    typed(guest, f"{names}\n{made}")
    guest.need(f"cd /tmp && ({handler.rstrip('& ')} >/tmp/out 2>&1 &)")
    servers.wait_for(lambda: "serving" in guest.run("cat /tmp/out")[1],
                     "the handler")
    return names + "\n"


def disks(guest):
    return guest.run("ls /sys/block")[1].split()


def appears(guest, known, fabric):
    """The name of the disk that comes, which can be read."""
    def new():
        found = [d for d in disks(guest) if d not in known]
        return found and not guest.run(f"sg_turs /dev/{found[0]}")[0] and \
            found[0]

    known.append(servers.wait_for(new, f"a disk over {fabric}"))
    out = guest.need(f"sg_inq /dev/{known[-1]}")
    if "Vendor identification: SCSIEMU" not in out:
        raise servers.Failed(f"{fabric}: {out}")


def shared(guest, found):
    """Each writes what the others read."""
    guest.need("dd if=/dev/urandom of=/tmp/data bs=64k count=32")
    for writer in found:
        guest.need("dd if=/dev/urandom of=/tmp/data count=1 conv=notrunc")
        guest.need(f"dd if=/tmp/data of=/dev/{writer} bs=64k oflag=direct")
        for reader in found:
            guest.need(f"dd if=/dev/{reader} of=/tmp/read bs=64k count=32 "
                       "iflag=direct && cmp /tmp/read /tmp/data")


def file_system(guest, disk):
    for command in (f"mkfs.ext4 -q -F /dev/{disk}", "mkdir -p /tmp/m",
                    f"mount -t ext4 /dev/{disk} /tmp/m",
                    "cp /tmp/data /tmp/m/data", "umount /tmp/m",
                    "echo 3 >/proc/sys/vm/drop_caches",
                    f"e2fsck -f -n /dev/{disk}",
                    f"mount -t ext4 /dev/{disk} /tmp/m",
                    "cmp /tmp/m/data /tmp/data", "umount /tmp/m"):
        guest.need(command)


def reset(guest, found):
    """A reset over the last fabric is told of once (docs/tcmu.md)."""
    guest.need(f"sg_reset --device --no-esc /dev/{found[-1]}")
    told = [guest.run(f"sg_turs /dev/{disk}")[0] for disk in found]
    if 6 not in told:
        raise servers.Failed(f"nobody was told of a reset: {told}")


def test(build, _):
    local = pages.blocks("tcmu.md", "sh")[0]
    fabrics = dict(zip(("iSCSI", "FCoE", "SRP", "iSER", "vhost"),
                       pages.blocks("fabrics.md", "sh")))
    root = packages.unpacked(build, "open-iscsi", lambda folder, at:
                             packages.fetch(folder, at, *OPEN_ISCSI))
    handler = os.path.join(build, "examples", "tcmu")
    with qemu.Guest(build, MODULES, (*PROGRAMS, handler), linux=qemu.WHOLE,
                    roots=(root,)) as guest:
        names, found = serve(guest, local), []
        for fabric in ("FCoE", "SRP", "iSER"):
            typed(guest, names + fabrics[fabric])
            appears(guest, found, fabric)
        shared(guest, found)
        for disk in found:
            file_system(guest, disk)
        reset(guest, found)
        typed(guest, names + fabrics["vhost"])
    print("one disk over FCoE, SRP and iSER")


qemu.main(test)
