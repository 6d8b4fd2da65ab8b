# SPDX-License-Identifier: BSD-2-Clause
"""sgio.py BUILD: `scsiemu run` is like the kernel. The same devices
behind iSCSI, at the nodes of the guest's kernel, and under `scsiemu run`: what
sgio_probe.c asks, and what the tools print, is answered alike, but for what
stands in KNOWN, which docs/running.md tells of."""
import difflib
import os
import re
import sys

import rig
import servers

DEVICES = ("disk:mem,size=8M,vendor=ACME,product=Thing,revision=1.0,serial=S1,"
           "naa=3001122334455667,logs",
           "disk:mem,size=8M,serial=S2,naa=3001122334455668,"
           "inject=op=2F:hang",
           "disk:mem,size=16M,serial=S3,naa=3001122334455669,readonly,"
           "block=4096,exponent=1")

MANY = 240 # seconds

# What the kernel says, at the beginning of a line, and why we do not.
KNOWN = (
    (r"\S+ SG_IO (INQUIRY, less room|INQUIRY, no data wanted|INQUIRY, none but "
     r"a length|WRITE\(10\), too little):",
     "an overflow is told by iSCSI as a residual, by other host adapters not"),
    (r"/dev/sg0 SG_IO INQUIRY, to and from: (ENOMEM|EFAULT)",
     "a fault of this kernel"),
    (r"/dev/bsg\S+ SG_IO a length of 1 GiB: EFAULT",
     "which of two errors is found first"),
    (r"/dev/sg0 SG_GET_REQUEST_TABLE:", "not there"),
    (r"\S+ CDROMEJECT:", "the kernel shifts the status into its own result"),
    (r"\S+ (SG_GET_RESERVED_SIZE|BLKSECTGET):", "of a host adapter"),
    (r"open /dev/sg0 10000000:", "O_PATH"),
    (r"/dev/sg0 read 1:", "struct sg_header"),
    (r"\S+ isatty: EINVAL", "the C library asks the kernel directly"),
    (r"/dev/sda mmap:", "there is no cache that could be mapped"),
    (r"/dev/bsg\S+ lseek", "nothing is there"),
    (r"/dev/sg0 SG_SCSI_RESET host: EIO|/dev/sg0 SG_IO TEST UNIT READY: status=",
     "open-iscsi has no reset of a host"),
    (r" 00     1[89] 06 |  (LUPID|PPID) |Transport protocol:|"
     r"  (Target port|Target device that contains addressed lu):|"
     r"    designator type: (Relative|Target|SCSI name)|     transport: |"
     r"      (Relative|Target|SCSI name)|      +iqn\.",
     "the transport's protocol and names"),
)

TOOLS = """
sg_inq /dev/sg0
sg_inq /dev/sda
sg_inq /dev/bsg/0:0:0:0
sg_inq -H /dev/sg2
sg_vpd /dev/sg0
sg_vpd -p sn /dev/sg0
sg_vpd -p bl /dev/sda
sg_vpd -p bdc /dev/sg2
sg_vpd -p ei /dev/sg0
sg_vpd -p 0x99 /dev/sg0
sg_readcap /dev/sg0
sg_readcap -l /dev/sg2
sg_turs -v /dev/sg0
sg_turs -n 100 /dev/sda
sg_requests /dev/sg0
sg_modes -a /dev/sg0
sg_modes -p 8 /dev/bsg/0:0:0:0
sg_logs -l /dev/sg0
sg_luns /dev/sg0
sg_luns -v /dev/sda
sg_opcodes /dev/sg0
sg_raw -r 36 /dev/sg0 12 00 00 00 24 00
sg_raw -r 36 /dev/sda 12 04 00 00 24 00
sg_raw -r 512 /dev/bsg/0:0:0:0 28 00 00 00 40 00 00 00 01 00
sg_raw -s 512 -i /dev/zero /dev/sg2 2a 00 00 00 00 00 00 00 01 00
sg_raw -t 1 /dev/sg1 2f 00 00 00 00 00 00 00 00 00
head -c 1048576 /dev/urandom >$DIR/a
sg_dd if=$DIR/a of=/dev/sg0 bs=512
sg_dd if=/dev/sg0 of=$DIR/b bs=512 count=2048
cmp $DIR/a $DIR/b
sg_dd if=/dev/sda of=$DIR/b bs=512 count=2048 blk_sgio=1
cmp $DIR/a $DIR/b
sgm_dd if=/dev/sg0 of=/dev/sg1 bs=512 count=2048
sgp_dd if=/dev/sg1 of=$DIR/b bs=512 count=2048 thr=4
cmp $DIR/a $DIR/b
ddpt if=/dev/sg0 of=$DIR/b bs=512 count=2048 verbose=-1
cmp $DIR/a $DIR/b
dd if=/dev/sda of=$DIR/b bs=4096 count=256 status=none
cmp $DIR/a $DIR/b
dd if=$DIR/a of=/dev/sdb bs=1000 seek=3 status=none conv=fsync
dd if=/dev/sdb of=$DIR/b bs=1000 skip=3 count=1048 status=none
cmp -n 1048000 $DIR/a $DIR/b
dd if=$DIR/a of=/dev/sdc bs=4096 count=1
sg_persist -o -G -S 0xabc /dev/sg0
sg_persist -o -R -K 0xabc -T 3 /dev/sda
sg_persist -k /dev/sg0
sg_persist -r /dev/bsg/0:0:0:0
sg_persist -o -C -K 0xabc /dev/sg0
sg_verify -l 0 -c 16 /dev/sg0
sg_verify -l 0xffffff -c 16 /dev/sg0
sg_sync /dev/sda
sg_start -v --stop /dev/sg0
sg_start --start /dev/sg0
sg_prevent --prevent=1 /dev/sg0
sg_ident /dev/sg0
sg_timestamp /dev/sg0 | wc -l
sg_unmap --force -l 0 -n 16 /dev/sg0
sg_write_same -l 0 -n 16 -i /dev/zero /dev/sg0
sg_get_lba_status -l 0 /dev/sg0
sg_senddiag -t /dev/sg0
sg_reset -d /dev/sg0
sg_turs -v /dev/sg0
sg_reset -N -t /dev/sg0
sg_turs /dev/sg0
sg_map -x -i
sg_scan -i
lsscsi -g
lsscsi -s
lsscsi -c
lsscsi -d
sdparm -a /dev/sg0
sdparm -C sense /dev/sda
sdparm -i /dev/sg0
smartctl -i -d scsi /dev/sda
smartctl -H -d scsi /dev/sg0
smartctl -a -d scsi /dev/sg0 | grep -v '^read:'
smartctl --scan
blockdev --getsize64 --getsz --getss --getpbsz --getro --getra /dev/sdc
blockdev --flushbufs /dev/sda
cat /proc/scsi/scsi /proc/scsi/sg/devices /proc/scsi/sg/device_strs
cat /sys/block/sda/size /sys/class/block/sdc/ro
cat /sys/class/scsi_generic/sg2/device/model
grep sd /proc/partitions | sort
cd /dev && sg_turs sg0
sg_turs /dev/nothing
sg_turs /dev/sg9
stat -c '%F %t %T %s' /dev/sg0 /dev/sda
mkfs.ext4 -q -E nodiscard -U clear /dev/sda
fsck.ext4 -fn /dev/sda
blkid -p -o value -s TYPE /dev/sda
"""

# Words of the tools' output that are another's.
OTHERS = ((r"^.*[0-9]+ bytes.*copied.*$|time to transfer.*$|^.*/sec.*$", ""),
          (r"(smartctl 7[^\n]*)\[[^]]*\]", r"\1"),
          (r"^(Local Time is: ).*$", r"\1"),
          (r"millisecs=\d+|\b\d+ milliseconds?|timestamp.*$|duration=.*", ""))


def script(build):
    lines = ["export DIR=$(mktemp -d)", f"{build}/tests/guest/sgio_probe"]
    for command in TOOLS.strip().split("\n"):
        lines += [f"echo '$ '{repr(command)}", f"({command}) 2>&1",
                  "echo \"[$?]\""]
    return "\n".join(lines)


def tidy(text):
    for pattern, by in OTHERS:
        text = re.sub(pattern, by, text, flags=re.M)
    return [x.rstrip() for x in text.splitlines()]


def compare(kernel, ours):
    """Lines of a difference that nobody knows of."""
    wrong, used = [], set()
    for tag, a, b, c, d in difflib.SequenceMatcher(
            None, kernel, ours, False).get_opcodes():
        if tag == "equal":
            continue
        for line in kernel[a:b] or ["(nothing)"]:
            reasons = {p for p, _ in KNOWN if re.match(p, line)}
            used |= reasons
            if not reasons:
                wrong += ["kernel: " + line]
        if wrong and wrong[-1].startswith("kernel"):
            wrong += ["ours:   " + x for x in ours[c:d]]
    return wrong + ["no difference: " + p for p, _ in KNOWN if p not in used]


def main():
    build = sys.argv[1]
    text = script(build)
    with rig.rig(build, *DEVICES):
        _, kernel = rig.run("sh", "-c", text, seconds=MANY)
    _, ours = rig.run(os.path.join(build, "tools/scsiemu/scsiemu"), "run",
                      *DEVICES, "--", "sh", "-c", text, seconds=MANY)
    wrong = compare(tidy(kernel), tidy(ours))
    if wrong:
        raise servers.Failed("\n".join(wrong))
    print(len(kernel.splitlines()), "lines alike")


servers.main(main)
