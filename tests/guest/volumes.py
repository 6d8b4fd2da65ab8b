# SPDX-License-Identifier: BSD-2-Clause
"""volumes.py BUILD: a library of small cartridges: tar over several of them,
which mtx changes, dd with blocks of odd sizes, sg3_utils with drive and
changer; and Linux finds nothing to say about it."""
import os
import re
import sys

import rig
import servers

LIBRARY = "library:dir=/tmp/library,slots=5,ie=1,drives=2,size=4M,logs"
TREE = "/tmp/tree"
FILES, LENGTH = 9, 1234567
# SCSI-2 bus addresses of drives, which SMC-3 has no longer; what dd asked for.
EXPECTED = ("ID/LUN unknown|Write not multiple of tape block size|"
            "Failed to read 70001 byte block with 70000 byte transfer")


def shell(command, status=0, env=None):
    """Its output; it has to end with this status."""
    got, out = rig.run("sh", "-c", command, env=env)
    if got != status:
        raise servers.Failed(f"{command}: status {got}, expected {status}\n"
                             f"{out}")
    return out


def expect(command, *patterns, status=0, env=None):
    """Its output has these, in this order."""
    out = shell(command, status, env)
    if not re.search(".*".join(patterns), out, re.S):
        raise servers.Failed(f"{command}: expected {patterns}; got:\n{out}")


def tar(env):
    """The next cartridge whenever one is full, or has been read."""
    os.makedirs(TREE)
    for i in range(FILES):
        with open(f"{TREE}/{i}", "wb") as f:
            f.write(os.urandom(LENGTH))
    with open("/tmp/next", "w", encoding="ascii") as f:
        f.write(f"#!/bin/sh\nexec mtx -f {env['SG0']} next 0 >&2\n")
    os.chmod("/tmp/next", 0o755)
    shell("mtx -f $SG0 load 1 0", env=env)
    shell("cd /tmp && tar -c -M -F /tmp/next -f $ST1 tree", env=env)
    expect("mtx -f $SG0 status", "Storage Element 4 Loaded", env=env)
    shell("mtx -f $SG0 first 0 && mkdir /tmp/out && cd /tmp/out && "
          "tar -x -M -F /tmp/next -f $ST1 && diff -r tree /tmp/tree", env=env)
    shell("mtx -f $SG0 unload 4 0", env=env)


def dd(env):
    """Blocks of 1 to 70001 bytes, read with less and with more room."""
    shell("mtx -f $SG0 load 4 1 && head -c 210003 /dev/urandom >/tmp/r && "
          "mt -f $ST2 setblk 0", env=env)
    expect("dd if=/tmp/r of=$ST2 bs=70001", r"3\+0 records out", env=env)
    expect("dd if=/tmp/r of=$ST2 bs=1 count=5", r"5\+0 records out", env=env)
    expect("dd if=/dev/null of=$ST2", r"0\+0 records out", env=env)
    shell("mt -f $ST2 rewind", env=env)
    expect("dd if=$ST2 of=/tmp/s bs=100000 && cmp /tmp/r /tmp/s",
           r"0\+3 records in", env=env)
    expect("dd if=$ST2 of=/tmp/s bs=1 && cmp -n 5 /tmp/r /tmp/s",
           r"5\+0 records in", env=env)
    expect("mt -f $ST2 rewind && dd if=$ST2 bs=70000 of=/dev/null",
           "Cannot allocate memory", status=1, env=env)
    # Behind the block that was too long.
    expect("dd if=$ST2 bs=70001 count=1 of=/tmp/s && "
           "cmp -i 70001:0 -n 70001 /tmp/r /tmp/s", r"1\+0 records in",
           env=env)
    shell("mt -f $ST2 rewind && mt -f $ST2 setblk 512", env=env)
    expect("dd if=/tmp/r of=$ST2 bs=1000 count=1", "Invalid argument",
           status=1, env=env)
    expect("dd if=/tmp/r of=$ST2 bs=5120 count=3", r"3\+0 records out",
           env=env)
    expect("mt -f $ST2 rewind && dd if=$ST2 bs=10240 of=/tmp/s && "
           "cmp -n 15360 /tmp/r /tmp/s", r"1\+1 records in", env=env)
    shell("mt -f $ST2 setblk 0 && mtx -f $SG0 unload 4 1", env=env)


def nothing(env):
    """Reads and writes of no bytes are nothing."""
    shell("mtx -f $SG0 load 5 0", env=env)
    fd = os.open(env["ST1"], os.O_RDWR)
    if os.write(fd, b"") or os.read(fd, 0):
        raise servers.Failed("bytes out of nothing")
    os.close(fd)
    expect("mt -f $ST1 tell", "At block 0", env=env)


SG3 = (
    ("sg_inq $SG0", "Medium changer|medium changer"),
    ("sg_inq $SG1", "RMB=1", "type: tape"),
    ("sg_luns $SG0", "3 logical units|Report luns"),
    ("sg_vpd -a $SG0", "Unit serial number"),
    ("sg_vpd -a $SG1", "Unit serial number", "TapeAlert|Sequential"),
    ("sg_modes -a $SG0", "Element address assignment|element address"),
    ("sg_modes -a $SG1", "Data Compression"),
    ("sg_logs -a $SG0", "TapeAlert|Supported log pages"),
    ("sg_logs -a $SG1", "Supported log pages", "Write error counter",
     "Sequential access device page", "Volume statistics page",
     "Tape alert page"),
    ("sg_read_attr $SG1", "Remaining capacity in partition",
     "Load count: ", "Volume change reference"),
    ("sg_read_attr -s 1 $SG1", "Attribute list|attribute"),
    ("sg_persist -c $SG0 && sg_persist -c $SG1", "Compatible",
     "Compatible"),
    ("sg_persist -n -o -G --param-sark=1 $SG1 && "
     "sg_persist -n -o -R --param-rk=1 -T 3 $SG1 && sg_persist -r $SG1 && "
     "sg_persist -n -o -G --param-rk=1 $SG1", "Exclusive Access"),
    ("sg_opcodes $SG0", "Move medium"),
    ("sg_opcodes $SG1", r"Write filemarks"),
    ("sg_turs $SG0 && sg_turs $SG1", ""),
    ("sg_requests $SG1", ""),
    ("sg_senddiag -t $SG1 && sg_senddiag -t $SG0", ""),
    ("tapeinfo -f $SG1", "MaxBlock: ", "Ready: yes", "BOP: yes"),
    ("loaderinfo -f $SG0", "Number of Storage Elements: 5",
     "Number of Data Transfer Elements: 2"),
)


def quiet(units):
    """The kernel has nothing to say, and met no reset but those of login."""
    wrong = [line for line in rig.complaints()
             if not re.search(EXPECTED, line)]
    resets = rig.need("dmesg").count(rig.EXPECTED)
    if wrong or resets != units:
        raise servers.Failed(f"{resets} resets; the kernel says\n" +
                             "\n".join(wrong))


def main():
    with rig.rig(sys.argv[1], LIBRARY) as (units,):
        env = {f"SG{lun}": d.sg for lun, d in units.items()}
        env |= {f"ST{lun}": d.sd for lun, d in units.items() if lun}
        tar(env)
        dd(env)
        nothing(env)
        for command, *patterns in SG3:
            expect(command, *patterns, env=env)
        quiet(len(units))
        print(f"tar over four cartridges, dd, {len(SG3)} commands of "
              "sg3_utils and mtx")


servers.main(main)
