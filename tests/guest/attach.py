# SPDX-License-Identifier: BSD-2-Clause
"""attach.py BUILD: what the Linux kernel makes of our disks when it attaches
them: sizes, cache, protection, discard, zones, and no complaint in its log."""
import sys

import rig
import servers

SD = {"cache_type": "write back", "FUA": "1", "protection_type": "0",
      "provisioning_mode": "full", "thin_provisioning": "0",
      "zoned_cap": "none", "max_medium_access_timeouts": "2"}
QUEUE = {"logical_block_size": "512", "physical_block_size": "512",
         "discard_granularity": "0", "discard_max_hw_bytes": "0",
         "write_same_max_bytes": "0", "rotational": "0", "zoned": "none",
         "write_cache": "write back", "fua": "1",
         "minimum_io_size": "512", "optimal_io_size": "0"}
THIN_SD = {"provisioning_mode": "unmap", "thin_provisioning": "1"}

# Device string, MiB, what differs from the above in scsi_disk and in queue.
DISKS = (
    ("disk:mem,size=64M", 64, {}, {}),
    ("disk:mem,size=64M,thin", 64, THIN_SD,
     {"discard_granularity": "512", "discard_max_hw_bytes": str(512 << 20)}),
    ("disk:mem,size=64M,thin,block=4096", 64, THIN_SD,
     {"logical_block_size": "4096", "physical_block_size": "4096",
      "minimum_io_size": "4096", "discard_granularity": "4096",
      "discard_max_hw_bytes": str(4 << 30)}),
    ("disk:mem,size=64M,exponent=3", 64, {},
     {"physical_block_size": "4096", "minimum_io_size": "4096"}),
    ("disk:mem,size=16M,readonly", 16, {"cache_type": "write through"},
     {"write_cache": "write through", "fua": "0"}),
    ("disk:mem,size=16M,removable", 16, {}, {}),
    ("disk:null,size=3T", 3 << 20, {}, {}),
    ("disk:path=/tmp/disk.img,size=64M,thin", 64, THIN_SD,
     {"discard_granularity": "4096", "discard_max_hw_bytes": str(512 << 20)}),
    ("disk:mem,size=8M,version=7", 8, {}, {}),
    ("disk:mem,size=8M,version=5", 8, {}, {}),
)


def differences(disk, size, scsi_disk, queue):
    """(attribute, value, expected) of what is not as it should be."""
    now = {"size": disk.block("size")}
    want = {"size": str(size << 11)}
    for name, value in scsi_disk.items():
        now[name], want[name] = disk.scsi_disk(name), value
    for name, value in queue.items():
        now[name], want[name] = disk.block("queue/" + name), value
    removable = "removable" if disk.block("removable") == "1" else ""
    now["removable"] = removable
    return [(n, now[n], want[n]) for n in want if now[n] != want[n]]


def main():
    wrong = []
    with rig.rig(sys.argv[1], *(d[0] for d in DISKS)) as (disks,):
        for lun, (device, size, scsi_disk, queue) in enumerate(DISKS):
            wrong += [f"{device}: {name} is {value!r}, expected {want!r}"
                      for name, value, want in differences(
                          disks[lun], size, SD | scsi_disk, QUEUE | queue)]
        wrong += rig.complaints()
    if wrong:
        raise servers.Failed("\n".join(wrong))


servers.main(main)
