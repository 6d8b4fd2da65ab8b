# SPDX-License-Identifier: BSD-2-Clause
"""cluster.py BUILD: two Linux initiators share a disk and fence each other with
persistent reservations, command by command as fence_scsi does."""
import errno
import sys

import rig
import servers

BLOCK = 4096
WRITE_EXCLUSIVE_REGISTRANTS = "5"


def told(disk):
    """Take unit attentions, as fence_scsi does before it asks."""
    while rig.run("sg_turs", disk.sg)[0] == 6:
        pass


def persist(disk, *args):
    """PERSISTENT RESERVE OUT; the tool's status."""
    told(disk)
    return rig.run("sg_persist", "-n", "-o", *args, "-d", disk.sg)[0]


def need_persist(disk, *args):
    status = persist(disk, *args)
    if status:
        raise servers.Failed(f"sg_persist {' '.join(args)}: status {status}")


def write(disk, n):
    """One block, past the cache: 0 or an errno."""
    status, out = rig.run("dd", "if=/dev/urandom", f"of={disk.sd}",
                          f"bs={BLOCK}", "count=1", f"seek={n}",
                          "oflag=direct", "status=none")
    if not status:
        return 0
    return errno.EBADE if "Invalid exchange" in out else errno.EIO


def read(disk):
    return rig.run("dd", f"if={disk.sd}", "of=/dev/null", f"bs={BLOCK}",
                   "count=1", "iflag=direct", "status=none")[0]


def keys(disk):
    told(disk)
    out = rig.need("sg_persist", "-n", "-i", "-k", "-d", disk.sg)
    return sorted(line.strip() for line in out.splitlines()
                  if line.strip().startswith("0x"))


def is_(what, value, expected):
    if value != expected:
        raise servers.Failed(f"{what}: {value}, not {expected}")


def unfence(disk, key):
    """fence_scsi -o on: register, and reserve if nobody has."""
    need_persist(disk, "-I", "-S", key)
    persist(disk, "-R", "-T", WRITE_EXCLUSIVE_REGISTRANTS, "-K", key)


def fence(disk, own, other):
    """fence_scsi -o off."""
    need_persist(disk, "-A", "-T", WRITE_EXCLUSIVE_REGISTRANTS, "-K", own,
                 "-S", other)


def cluster(one, two):
    is_("two writes before", write(two, 0), 0)
    unfence(one, "1")
    is_("two, not registered, writes", write(two, 0), errno.EBADE)
    is_("two, not registered, reads", read(two), 0)
    unfence(two, "2")
    is_("keys", keys(one), ["0x1", "0x2"])
    is_("one writes", write(one, 1), 0)
    is_("two writes", write(two, 2), 0)
    with servers.Process(["sh", "-c", "while dd if=/dev/zero of=$0 bs=64k "
                          "seek=16 count=512 oflag=direct; do :; done",
                          two.sd]) as writer:
        before = int(two.block("stat").split()[4])
        servers.wait_for(
            lambda: int(two.block("stat").split()[4]) > before + 5, "writes")
        fence(one, "1", "2")
        writer.child.wait(rig.SECONDS)
        text = writer.text(writer.err)
        if "Invalid exchange" not in text:
            raise servers.Failed("a fenced writer was told: " + text)
    is_("keys after", keys(one), ["0x1"])
    is_("two, fenced, writes", write(two, 0), errno.EBADE)
    is_("one writes after", write(one, 1), 0)
    unfence(two, "2")
    is_("two, back again, writes", write(two, 0), 0)
    need_persist(one, "-C", "-K", "1")
    is_("keys at the end", keys(two), [])


def main():
    with rig.rig(sys.argv[1], "disk:mem,size=64M", initiators=2) as nodes:
        cluster(nodes[0][0], nodes[1][0])
    print("two nodes fenced each other")


servers.main(main)
