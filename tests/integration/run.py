# SPDX-License-Identifier: BSD-2-Clause
"""run.py PROGRAM: scsiemu run, with the tools that Debian has for Linux's SCSI
nodes, unmodified: what they print of a device that is known to the letter, and
how the command's end becomes the program's."""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
DISK = ("disk:mem,size=64M,vendor=ACME,product=Thing,revision=1.0,serial=S1,"
        "naa=3001122334455667,logs")
OTHER = "disk:mem,size=1M,block=4096,vendor=ACME,product=Other"
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


# What they say of a library when slot 1 was loaded into its drive, and two
# records of a mebibyte, one of 1000 bytes and a filemark were written.
STATUS = """\
  Storage Changer /dev/sg0:1 Drives, 4 Slots ( 1 Import/Export )
Data Transfer Element 0:Full (Storage Element 1 Loaded):VolumeTag = VOL001L8
      Storage Element 1:Empty:VolumeTag=
      Storage Element 2:Full :VolumeTag=VOL002L8
      Storage Element 3:Empty:VolumeTag=
      Storage Element 4 IMPORT/EXPORT:Empty:VolumeTag=
"""
LOADERINFO = """\
Product Type: Medium Changer
Vendor ID: 'ACME    '
Product ID: 'Media Changer   '
Revision: '0001'
Attached Changer: No
Bar Code Reader: No
EAAP: Yes
Number of Medium Transport Elements: 1
Number of Storage Elements: 3
Number of Import/Export Elements: 1
Number of Data Transfer Elements: 1
Transport Geometry Descriptor Page: Yes
Invertable: No
Device Configuration Page: Yes
Storage: Data Transfer, Import/Export, Storage
SCSI Media Changer (rev 2): Yes
Volume Tag Reader Present: Yes
Auto-Clean Enabled: No
Transfer Medium Transport: None
Transfer Storage: ->Data Transfer, ->Import/Export, ->Storage
Transfer Import/Export: ->Data Transfer, ->Import/Export, ->Storage
Transfer Data Transfer: ->Data Transfer, ->Import/Export, ->Storage
Exchange Medium Transport: None
Exchange Storage: <>Data Transfer, <>Import/Export, <>Storage
Exchange Import/Export: <>Data Transfer, <>Import/Export, <>Storage
Exchange Data Transfer: <>Data Transfer, <>Import/Export, <>Storage
"""
TAPEINFO = """\
Product Type: Tape Drive
Vendor ID: 'SCSIEMU '
Product ID: 'Virtual Tape    '
Revision: '0001'
Attached Changer API: No
SerialNumber: '97B35638E6F613A0'
MinBlock: 1
MaxBlock: 16777215
SCSI ID: 0
SCSI LUN: 1
Ready: {}
"""
LOADED = """\
BufferedMode: yes
Medium Type: Not Loaded
Density Code: 0x0
BlockSize: 0
DataCompEnabled: yes
DataCompCapable: yes
DataDeCompEnabled: yes
CompType: 0xff
DeCompType: 0xff
Block Position: 4
Partition 0 Remaining Kbytes: 5
Partition 0 Size in Kbytes: 8
ActivePartition: 0
EarlyWarningSize: 0
NumPartitions: 0
MaxPartitions: 0
"""
ATTRIBUTES = """\
Attribute values:
  Remaining capacity in partition [MiB]: 5
  Maximum capacity in partition [MiB]: 8
  TapeAlert flags: 0
  Load count: 1
  MAM space remaining [B]: 16375
  Format density code: 0x0
  Initialization count: 1
  Volume change reference: 0x2
  Total MiB written in medium life: 2
  Total MiB read in medium life: 0
  Total MiB written in current/last load: 2
  Total MiB read in current/last load: 0
  Medium density code: 0x0
  MAM capacity [B]: 16384
  Medium type: 0x0
"""
COMPRESSION = """\
Data compression page  (ssc-4) [0x1b]
  Read compression ratio x100: 100
  Write compression ratio x100: 100
  Megabytes transferred to server: 0
  Bytes transferred to server: 0
  Megabytes read from tape: 0
  Bytes read from tape: 0
  Megabytes transferred from server: 2
  Bytes transferred from server: 98152
  Megabytes written to tape: 2
  Bytes written to tape: 98152
  Data compression enabled: 0x0
"""
CAPACITY = """\
Tape capacity page  (LTO-5 and LTO-6 specific) [0x31]
  Main partition remaining capacity (in MiB): 0
  Alternate partition remaining capacity (in MiB): 0
  Main partition maximum capacity (in MiB): 0
  Alternate partition maximum capacity (in MiB): 0
"""
LOAD = "mtx -f /dev/sg0 load 1 0; sg_turs /dev/sg1; sg_turs /dev/sg1"
RAW = "sg_raw {} /dev/sg1 {}"
WRITE = " && ".join((
    LOAD, *[RAW.format("-s 1048576 -i /dev/zero", "0a 0 10 0 0 0")] * 2,
    RAW.format("-s 1000 -i /dev/zero", "0a 0 0 03 e8 0"),
    RAW.format("", "10 0 0 0 1 0")))


class Run(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="run-")
        self.env = {**os.environ, "PATH": PATH, "TMPDIR": self.folder,
                    "LC_ALL": "C"}

    def tearDown(self):
        # nothing of a run stays behind
        self.assertEqual(os.listdir(self.folder), [])
        os.rmdir(self.folder)

    def start(self, *command, devices=(DISK, OTHER), options=()):
        return subprocess.Popen(
            [PROGRAM, "run", *devices, *options, "--", *command],
            env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def run_it(self, *command, status=0, **more):
        child = self.start(*command, **more)
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, status, out + err)
        return out.decode(), err.decode()

    def sh(self, text, **more):
        return self.run_it("sh", "-c", text, **more)[0]

    def tool(self, *command, **more):
        if not shutil.which(command[0], path=PATH):
            self.skipTest(command[0] + " is not installed")
        return self.run_it(*command, **more)[0]


class Tools(Run):
    def test_sg_inq(self):
        for node in ("/dev/sg0", "/dev/sda", "/dev/bsg/0:0:0:0"):
            out = self.tool("sg_inq", node)
            self.assertIn("version=0x06  [SPC-4]\n", out)
            self.assertIn(" Vendor identification: ACME    \n"
                          " Product identification: Thing           \n"
                          " Product revision level: 1.0 \n"
                          " Unit serial number: S1\n", out)

    def test_sg_vpd(self):
        self.assertEqual(self.tool("sg_vpd", "--page=sn", "/dev/sg0"),
                         "Unit serial number VPD page:\n"
                         "  Unit serial number: S1\n")
        self.assertIn("      0x3001122334455667\n",
                      self.tool("sg_vpd", "--page=di", "/dev/sg0"))
        self.assertIn("Block limits VPD page (SBC):\n",
                      self.tool("sg_vpd", "-a", "/dev/sg0"))

    def test_sg_readcap(self):
        self.assertEqual(self.tool("sg_readcap", "/dev/sdb"), """\
Read Capacity results:
   Last LBA=255 (0xff), Number of logical blocks=256
   Logical block length=4096 bytes
Hence:
   Device size: 1048576 bytes, 1.0 MiB, 0.00 GB
""")

    def test_sg_turs(self):
        # the power-on attention was taken, unless it is wanted
        self.tool("sg_turs", "/dev/sg0")
        out, err = self.run_it("sg_turs", "-v", "/dev/sg0", status=6,
                               options=["--attention"])
        self.assertIn("Power on, reset, or bus device reset occurred",
                      out + err)

    def test_sg_raw(self):
        out, err = self.run_it("sg_raw", "-r", "36", "/dev/sg0",
                               *"12 04 00 00 24 00".split(), status=5)
        self.assertIn("Sense key: Illegal Request", out + err)
        self.assertIn("Error in Command: byte 1 bit 2", out + err)

    def test_sg_persist(self):
        # programs that come one after the other are one host
        out = self.sh("""
            sg_persist --no-inquiry -o -G -S 0xabc /dev/sg0 &&
            sg_persist --no-inquiry -o -R -K 0xabc -T 5 /dev/sg0 &&
            sg_persist --no-inquiry -r /dev/sg0
            write="sg_raw -s 512 -i /dev/zero /dev/sg0 2a 0 0 0 0 5 0 0 1 0"
            $write 2>/dev/null; echo $?
            SCSIEMU_INITIATOR=2 $write 2>/dev/null; echo $?
            SCSIEMU_INITIATOR=process $write 2>/dev/null; echo $?""")
        self.assertIn("    Key=0xabc\n"
                      "    scope: LU_SCOPE,  type: Write Exclusive, "
                      "registrants only\n0\n24\n24\n", out)

    def test_sg_modes_logs_luns(self):
        self.assertIn(">> Caching, page_control: current",
                      self.tool("sg_modes", "/dev/sg0"))
        self.assertIn("Supported log pages  [0x0]:",
                      self.tool("sg_logs", "/dev/sg0"))
        self.assertIn("    0000000000000000\n    0001000000000000\n",
                      self.tool("sg_luns", "/dev/sg0"))

    def test_sg_map_and_scan(self):
        self.assertEqual(self.tool("sg_map", "-x"),
                         "/dev/sg0  0 0 0 0  0  /dev/sda\n"
                         "/dev/sg1  0 0 0 1  0  /dev/sdb\n")
        self.assertIn("/dev/sg1: scsi0 channel=0 id=0 lun=1\n",
                      self.tool("sg_scan", "-i"))

    def test_copies(self):
        file = os.path.join(self.folder, "file")
        with open(file, "wb") as f:
            f.write(os.urandom(1 << 20))
        back = os.path.join(self.folder, "back")
        self.sh(f"sg_dd if={file} of=/dev/sg0 bs=512 2>/dev/null &&"
                "ddpt if=/dev/sg0 of=/dev/sg1 bs=512 obs=4096 count=2048"
                " verbose=-1 2>/dev/null;"
                f"sgp_dd if=/dev/sg0 of={back} bs=512 count=2048 thr=4"
                f" 2>/dev/null && cmp {file} {back}")
        os.remove(file)
        os.remove(back)

    def test_lsscsi(self):
        self.assertEqual(
            re.sub(" +\n", "\n", self.tool("lsscsi", "-g")),
            "[0:0:0:0]    disk    ACME     Thing            1.0   /dev/sda   "
            "/dev/sg0\n"
            "[0:0:0:1]    disk    ACME     Other            0001  /dev/sdb   "
            "/dev/sg1\n")
        self.assertIn("67.1MB", self.tool("lsscsi", "-s"))
        self.assertIn("[0]    scsiemu", self.tool("lsscsi", "-H"))

    def test_lsblk(self):
        out = self.tool("lsblk", "-rno", "NAME,SIZE,TYPE,MODEL")
        self.assertIn("sda 64M disk Thing", out)
        self.assertIn("sdb 1M disk Other", out)

    def test_sgm_dd(self):
        self.tool("sgm_dd", "if=/dev/sg0", "of=/dev/sg0", "bs=512",
                  "count=128", "seek=1000")

    def test_other_names(self):
        out = self.sh("cd /dev && sg_inq sg1 | grep Product.id;"
                      "cd disk/by-id && ls && sg_readcap -b scsi-3*67;"
                      "realpath wwn-0x3001122334455667;"
                      "find /dev -name 'sg?' -type c | sort;"
                      "grep sd /proc/partitions; lsscsi -c | grep -c Vendor")
        self.assertIn(" Product identification: Other", out)
        self.assertIn("scsi-33001122334455667\n", out)
        self.assertIn("0x20000 0x200\n/dev/sda\n/dev/sg0\n/dev/sg1\n"
                      "   8        0      65536 sda\n"
                      "   8       16       1024 sdb\n2\n", out)

    def test_sdparm(self):
        nv = os.path.join(self.folder, "nv")  # or saved pages are an error
        disk = [DISK + ",nv=" + nv]
        out = self.tool("sdparm", "--get=WCE", "/dev/sda", devices=disk)
        self.assertIn("WCE           1  [cha: y, def:  1, sav:  1]\n", out)
        self.assertIn("WCE           0  [cha: y, def:  1, sav:  1]\n", self.sh(
            "sdparm --clear=WCE /dev/sda >/dev/null &&"
            "sdparm --get=WCE /dev/sg0", devices=disk))
        os.remove(nv)

    def test_smartctl(self):
        out = self.tool("smartctl", "-d", "scsi", "-i", "/dev/sda")
        for line in ("Vendor:               ACME\n",
                     "User Capacity:        67,108,864 bytes [67.1 MB]\n",
                     "Logical block size:   512 bytes\n",
                     "Logical Unit id:      0x3001122334455667\n",
                     "Serial number:        S1\n"):
            self.assertIn(line, out)
        self.assertEqual(self.tool("smartctl", "--scan"),
                         "/dev/sda -d scsi # /dev/sda, SCSI device\n"
                         "/dev/sdb -d scsi # /dev/sdb, SCSI device\n")

    def test_coreutils(self):
        out = self.sh("ls -l /dev/sda /dev/sg1 | cut -c1-10;"
                      "stat -c '%F %t:%T' /dev/bsg/0:0:0:1;"
                      "test -b /dev/sdb && test -c /dev/sg0 && echo yes;"
                      "cat /sys/block/sda/size /sys/class/block/sdb/size;"
                      "cat /sys/class/scsi_generic/sg0/device/vendor")
        self.assertEqual(out, "brw-rw----\ncrw-rw----\n"
                         "character special file f0:1\nyes\n131072\n2048\n"
                         "ACME    \n")

    def test_file_system(self):
        if not shutil.which("mkfs.ext4", path=PATH):
            self.skipTest("mkfs.ext4 is not installed")
        out = self.sh("mkfs.ext4 -q /dev/sda && fsck.ext4 -fn /dev/sda 2>&1 &&"
                      "dd if=/dev/sda of=/dev/null bs=64k 2>&1 &&"
                      "cp /dev/sda $TMPDIR/copy && cmp /dev/sda $TMPDIR/copy &&"
                      "cat </dev/sda | cmp - $TMPDIR/copy && rm $TMPDIR/copy")
        self.assertIn("/dev/sda: 11/", out)
        self.assertIn("1024+0 records in", out)


class Profiles(Run):
    """Drives and libraries that are taken for the products."""
    lto8 = ["tape:mem,profile=ibm-lto8,serial=9A700L0077"]
    viper = ["tape:mem,profile=archive-viper-150"]

    def setUp(self):
        super().setUp()
        self.env["SCSIEMU_PROFILES"] = os.path.join(
            os.path.dirname(os.path.abspath(__file__)), "..", "..",
            "profiles")

    def test_sg_inq(self):
        out = self.tool("sg_inq", "/dev/sg0", devices=self.lto8)
        self.assertIn("    length=70 (0x46)   Peripheral device type: tape\n"
                      " Vendor identification: IBM     \n"
                      " Product identification: ULT3580-TD8     \n"
                      " Product revision level: HB81\n"
                      " Unit serial number: 9A700L0077\n", out)
        out = self.tool("sg_inq", "/dev/sg0", devices=self.viper)
        self.assertIn("version=0x01  [SCSI-1]\n", out)
        self.assertIn("    length=36 (0x24)   Peripheral device type: tape\n"
                      " Vendor identification: ARCHIVE \n"
                      " Product identification: VIPER 150  21247\n", out)

    def test_tapeinfo(self):
        out = self.tool("tapeinfo", "-f", "/dev/sg0", devices=self.lto8)
        self.assertIn("MinBlock: 1\nMaxBlock: 8388608\n", out)
        self.assertIn("Medium Type: 0x88\nDensity Code: 0x5e\n", out)
        self.assertIn("MaxPartitions: 3\n", out)
        out = self.tool("tapeinfo", "-f", "/dev/sg0", devices=self.viper)
        self.assertIn("MinBlock: 512\nMaxBlock: 512\n", out)

    def test_mtx(self):
        path = os.path.join(self.folder, "l")
        library = [f"library:dir={path},slots=2,changer_profile=stk-l700,"
                   "profile=ibm-lto5"]
        out = self.tool("mtx", "-f", "/dev/sg0", "status", devices=library)
        self.assertIn("12 Drives, 22 Slots ( 20 Import/Export )", out)
        self.assertIn(":VolumeTag=VOL002L5", out)
        out = self.tool("mtx", "-f", "/dev/sg0", "inquiry", devices=library)
        self.assertIn("Vendor ID: 'STK     '\nProduct ID: 'L700  ", out)
        shutil.rmtree(path)


class Library(Run):
    """A changer and its drive."""

    def setUp(self):
        for tool in ("mtx", "sg_raw"):
            if not shutil.which(tool, path=PATH):
                self.skipTest(tool + " is not installed")
        super().setUp()
        self.library = os.path.join(self.folder, "library")

    def tearDown(self):
        shutil.rmtree(self.library)
        super().tearDown()

    def says(self, text, command, before=WRITE):
        """Exactly, but for blanks at the end of a line."""
        name = command.split()[0]
        if name != "for" and not shutil.which(name, path=PATH):
            self.skipTest(name + " is not installed")
        out = self.sh(
            f"out=$({{ {before}; }} 2>&1) || echo \"$out\"; {{ {command}; }} 2>&1",
            devices=[f"library:dir={self.library},slots=3,ie=1,drives=1,"
                     "size=8M,cartridges=2,vendor=ACME,serial=LIB1"])
        self.assertEqual(re.sub(" +\n", "\n", out), text)

    def test_mtx(self):
        status = "mtx -f /dev/sg0 status"
        self.says(STATUS, status)
        # the next run finds what the robot did in this one
        self.says("Drive 0 Full (Storage Element 1 loaded)\n" + STATUS,
                  "mtx -f /dev/sg0 load 2; " + status, "true")
        self.says("Unloading drive 0 into Storage Element 4...done\n" +
                  STATUS.replace("Full (Storage Element 1 Loaded):VolumeTag = "
                                 "VOL001L8", "Empty")
                  .replace("EXPORT:Empty:VolumeTag=",
                           "EXPORT:Full :VolumeTag=VOL001L8"),
                  "mtx -f /dev/sg0 unload 4; " + status, "true")
        self.says("Data Transfer Element 0 is Empty\n1\n",
                  "mtx -f /dev/sg0 unload 2; echo $?", "true")

    def test_loaderinfo(self):
        self.says(LOADERINFO, "loaderinfo -f /dev/sg0", "true")

    def test_tapeinfo(self):
        self.says(TAPEINFO.format("no"), "tapeinfo -f /dev/sg1", "true")
        self.says(TAPEINFO.format("yes") + LOADED, "tapeinfo -f /dev/sg1")

    def test_sg_read_attr(self):
        self.says("Read attribute command: Device not ready\n"
                  "sg_read_attr failed: Device not ready\n2\n",
                  "sg_read_attr /dev/sg1; echo $?", "true")
        self.says(ATTRIBUTES, "sg_read_attr /dev/sg1")

    def test_sg_logs(self):
        drive = "    SCSIEMU   Virtual Tape      0001\n"
        self.says(drive + CAPACITY, "sg_logs --page=0x31 /dev/sg1", "true")
        self.says(drive + COMPRESSION, "sg_logs --page=0x1b /dev/sg1")
        self.says("    ACME      Media Changer     0001\n"
                  "Temperature page  [0xd]\n"
                  "  Current temperature = <not available>\n"
                  "  Reference temperature = <not available>\n",
                  "sg_logs --page=0x0d /dev/sg0", "true")

    def test_sg_vpd(self):
        for node, page, text in (
                (1, "0xb0", "Sequential-access device capabilities VPD page "
                 "(SSC):\n  WORM=0\n"),
                (1, "0xb3", "Automation device serial number VPD page SSC):\n"
                 "  Automation device serial number: LIB1\n"),
                (1, "0xb4", "Data transfer device element address (SSC):\n"
                 "  Data transfer device element address: 0x0200\n"),
                (1, "sn", "Unit serial number VPD page:\n"
                 "  Unit serial number: 97B35638E6F613A0\n"),
                (0, "sn", "Unit serial number VPD page:\n"
                 "  Unit serial number: LIB1\n")):
            self.says(text, f"sg_vpd --page={page} /dev/sg{node}", "true")

    def test_records(self):
        sense = """\
SCSI Status: Check Condition

Sense Information:
Fixed format, current; Sense key: No Sense
Additional sense: {}

{}
"""
        self.says(
            sense.format("No additional sense information\n"
                         "  Info fld=0xc18 [3096]  ILI",
                         "Writing 1000 bytes of data to stdout") + "1000\n" +
            sense.format("Filemark detected\n  Info fld=0x1000 [4096]  FMK",
                         "No data received") + "0\n",
            "for i in 1 2; do " +
            RAW.format("-b -r 4096 -o -", "08 0 0 10 0 0") +
            " 2>$TMPDIR/said | wc -c >$TMPDIR/n;"
            "cat $TMPDIR/said $TMPDIR/n; rm $TMPDIR/said $TMPDIR/n; done",
            WRITE + " && " + RAW.format("", "2b 0 0 0 0 0 2 0 0 0"))


class End(Run):
    def test_status(self):
        self.run_it("sh", "-c", "exit 7", status=7)
        self.run_it("sh", "-c", "kill -9 $$", status=128 + 9)
        out, err = self.run_it("/no/such/program", status=127)
        self.assertEqual(err, "scsiemu: /no/such/program: "
                              "No such file or directory\n")
        self.run_it("/dev/null", status=126)

    def test_what_would_not_see_them(self):
        def build(name, *flags):
            path = os.path.join(self.folder, name)
            self.addCleanup(os.remove, path)
            done = subprocess.run(
                ["cc", "-x", "c", "-", "-o", path, *flags], check=False,
                input=b"int main(void) { return 0; }", capture_output=True)
            if done.returncode:
                self.skipTest(done.stderr.decode())
            return path

        def refused(path, why):
            _, err = self.run_it(path, status=126)
            self.assertIn(f"scsiemu: {path} {why}: ", err)

        try:
            usual = build("usual")
            refused(build("static", "-static"), "is statically linked")
            refused(build("pie", "-static-pie"), "is statically linked")
            refused(build("other", "-Wl,--dynamic-linker=/lib/ld-musl.so.1"),
                    "is for another C library than scsiemu")
            self.run_it(usual)
            script = os.path.join(self.folder, "script")
            self.addCleanup(os.remove, script)
            with open(script, "w", encoding="ascii") as f:
                f.write(f"#! {self.folder}/static -x\n")
            os.chmod(script, 0o755)
            _, err = self.run_it(script, status=126)
            self.assertIn("/static is statically linked", err)
            if not os.getuid():
                os.chown(usual, 65534, 65534)
                os.chmod(usual, 0o4755)
                refused(usual, "runs with other rights than yours "
                        "(set-user-ID, set-group-ID or capabilities)")
        finally:
            self.doCleanups()

    def test_wrong_use(self):
        for words, why in (
                ([], "no device"), (["disk:mem,size=1M"], "no command"),
                (["disk:mem,size=1M", "--"], "no command"),
                (["--what", "--", "true"], "no option --what"),
                (["disk:mem,size=1Q", "--", "true"], "size")):
            done = subprocess.run([PROGRAM, "run", *words], env=self.env,
                                  capture_output=True, check=False,
                                  timeout=60)
            self.assertEqual(done.returncode, 125)
            self.assertIn(why, done.stderr.decode())

    def test_signals_are_passed_on(self):
        child = self.start("sh", "-c", "trap 'echo got; exit 3' TERM;"
                           "echo ready; while :; do sleep 0.01; done")
        self.assertEqual(child.stdout.readline(), b"ready\n")
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=60)
        self.assertEqual((child.returncode, out), (3, b"got\n"))

    def test_the_devices_die(self):
        child = self.start(
            "sh", "-c", "echo ready $SCSIEMU_RUN; read x;"
            "sg_turs /dev/sg0 2>&1; echo $?; rm -r $SCSIEMU_RUN")
        self.assertEqual(child.stdout.readline().split()[0], b"ready")
        child.kill()
        child.wait(timeout=60)
        out, _ = child.communicate(b"\n", timeout=60)
        self.assertIn("No such device\n", out.decode())

    def test_files_keep_what_was_written(self):
        disk = os.path.join(self.folder, "disk")
        self.run_it("sg_raw", "-s", "512", "-i", "/dev/zero", "/dev/sg0",
                    *"2a 00 00 00 00 05 00 00 01 00".split(),
                    devices=[f"disk:path={disk},size=1M"])
        self.assertEqual(os.path.getsize(disk), 1 << 20)
        os.remove(disk)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
