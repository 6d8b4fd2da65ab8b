# SPDX-License-Identifier: BSD-2-Clause
"""scsiemu_tool.py PROGRAM: the command-line tool, its output to the letter
where the device decides it alone."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
DISK = "disk:mem,size=64M,vendor=ACME,product=Thing,revision=1.0,serial=S1"


class Tool(unittest.TestCase):
    maxDiff = None

    def run_tool(self, *args, status=0, env=None):
        done = subprocess.run([PROGRAM, *args], capture_output=True,
                              check=False, timeout=60, env=env)
        self.assertEqual(done.returncode, status,
                         done.stdout + done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def exec(self, *args, device=DISK, status=0):
        return self.run_tool("exec", device, *args, status=status)[0]

    def exec_json(self, *args, device=DISK, status=0):
        out = self.exec("--json", *args, device=device, status=status)
        return json.loads(out)["commands"]

    def refused(self, *args, why):
        out, err = self.run_tool(*args, status=2)
        self.assertEqual(out, "")
        self.assertIn(why, err)


class Exec(Tool):
    def test_inquiry(self):
        want = """\
INQUIRY
  cdb                           12 00 00 00 24 00
  status                        GOOD (00h)
  data in                       36 bytes
    0000  00 00 06 12 5b 00 00 02  41 43 4d 45 20 20 20 20  |....[...ACME    |
    0010  54 68 69 6e 67 20 20 20  20 20 20 20 20 20 20 20  |Thing           |
    0020  31 2e 30 20                                       |1.0 |
"""
        cdb = "12 00 00 00 24 00".split()
        for way in (cdb, [" ".join(cdb)], ["".join(cdb)],
                    ["1200", "0000", "24", "00"], ["12,00,00,00,24,00"]):
            out = self.exec("--", *way)
            # byte 5 to 7: what the library offers, not what is shown here
            self.assertEqual(self.without_flags(out),
                             self.without_flags(want))

    @staticmethod
    def without_flags(text):
        lines = text.splitlines()
        lines[4] = lines[4][:25] + lines[4][35:62] + lines[4][70:]
        return lines

    def test_sense(self):
        self.assertEqual(
            self.exec("--", "12 04 00 00 24 00", status=1), """\
INQUIRY
  cdb                           12 04 00 00 24 00
  status                        CHECK CONDITION (02h)
  sense
    key                           ILLEGAL REQUEST (5h)
    additional                    INVALID FIELD IN CDB (24h/00h)
    format                        fixed, current
    field                         CDB byte 1, bit 2
    bytes                         70 00 05 00 00 00 00 0a 00 00 00 00 24 00 \
00 ca 00 01
""")

    def test_descriptor_sense(self):
        # D_SENSE in the control page, then a READ behind the end.
        page = "00 00 00 00 0a 0a 06 10 00 00 00 00 00 00 00 00"
        got = self.exec_json("--", "15 10 00 00 10 00", "--out-hex", page,
                             "--", "28 00 00 02 00 00 00 00 01 00", status=1)
        self.assertEqual(got[0]["status"]["name"], "GOOD")
        self.assertEqual(got[1]["sense"]["format"], "descriptor, current")
        self.assertEqual(got[1]["sense"]["information"], {"value": 131072})
        self.assertEqual(got[1]["sense"]["additional"],
                         {"asc": 0x21, "ascq": 0, "text":
                          "LOGICAL BLOCK ADDRESS OUT OF RANGE"})

    def test_json(self):
        got = self.exec_json("--", "1a 08 08 00 04 00", "--", "fe", "00", "00",
                             "00", "00", "00", status=1)
        self.assertEqual(got[0]["command"], "MODE SENSE(6)")
        self.assertEqual(got[0]["cdb"], "1a0808000400")
        self.assertEqual(got[0]["status"], {"code": 0, "name": "GOOD"})
        self.assertEqual(len(got[0]["data_in"]), 8)
        self.assertEqual(got[1]["command"], "?")
        self.assertEqual(got[1]["sense"]["key"],
                         {"code": 5, "name": "ILLEGAL REQUEST"})

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            a, b, c = (os.path.join(folder, n) for n in "abc")
            data = os.urandom(1024)
            with open(a, "wb") as f:
                f.write(data)
            write = "2a 00 00 00 00 05 00 00 02 00"
            read = "28 00 00 00 00 05 00 00 02 00"
            out = self.exec("--", write, "--out", a, "--", read, "--in=" + b,
                            "--", "2a 00 00 00 00 09 00 00 02 00", "--out", b,
                            "--", "28 00 00 00 00 0a 00 00 01 00", "--in", c)
            self.assertIn("data in bytes                 1024\n", out)
            with open(b, "rb") as f:
                self.assertEqual(f.read(), data)
            with open(c, "rb") as f:
                self.assertEqual(f.read(), data[512:])

    def test_medium_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            device = f"disk:path={folder}/d.img,size=1M"
            self.exec("--", "2a 00 00 00 00 00 00 00 01 00", "--out-hex",
                      "5a" * 512, device=device)
            got = self.exec_json("--", "28 00 00 00 00 00 00 00 01 00",
                                 device=f"disk:path={folder}/d.img")
            self.assertEqual(got[0]["data_in"], "5a" * 512)

    def test_residuals(self):
        got = self.exec_json("--in-len", "100", "--",
                             "28 00 00 00 00 00 00 00 01 00", "--",
                             "28 00 00 00 00 00 00 00 01 00", "--in-len",
                             "0x300", "--", "2a 00 00 00 00 00 00 00 01 00",
                             "--out-hex", "00" * 600)
        self.assertEqual(got[0]["data_in_overflow"], 412)
        self.assertEqual(got[0]["data_in"], "00" * 100)
        self.assertEqual(got[1]["data_in_underflow"], 256)
        self.assertEqual(got[2]["data_out_underflow"], 88)

    def test_attention(self):
        got = self.exec_json("--attention", "--", "00" * 6, "--", "00" * 6,
                             status=1)
        self.assertEqual(got[0]["sense"]["key"]["name"], "UNIT ATTENTION")
        self.assertEqual(got[1]["status"]["name"], "GOOD")
        self.assertEqual(self.exec_json("--", "00" * 6)[0]["status"]["code"],
                         0)

    def test_request_sense(self):
        got = self.exec_json("--attention", "--", "03 00 00 00 12 00", "--",
                             "03 01 00 00 fc 00")
        self.assertEqual(got[0]["reported_sense"]["additional"],
                         {"asc": 0x29, "ascq": 0, "text": "POWER ON, RESET, "
                          "OR BUS DEVICE RESET OCCURRED"})
        self.assertEqual(got[1]["reported_sense"]["format"],
                         "descriptor, current")
        self.assertEqual(got[1]["reported_sense"]["key"]["name"], "NO SENSE")

    def test_initiators(self):
        # A RESERVE of one keeps the other out; its own attentions stay.
        got = self.exec_json("--", "16 00 00 00 00 00", "--",
                             "1a 08 08 00 ff 00", "--initiator", "2", "--",
                             "17 00 00 00 00 00", "--",
                             "1a 08 08 00 ff 00", "--initiator", "2",
                             status=1)
        self.assertEqual([g["status"]["name"] for g in got],
                         ["GOOD", "RESERVATION CONFLICT", "GOOD", "GOOD"])
        page = "00 00 00 00 0a 0a 06 10 00 00 00 00 00 00 00 00"
        got = self.exec_json("--", "15 10 00 00 10 00", "--out-hex", page,
                             "--", "00" * 6, "--initiator", "2", status=1)
        self.assertEqual(got[1]["sense"]["additional"]["text"],
                         "MODE PARAMETERS CHANGED")

    def test_ports(self):
        # Each port is a group; only the group that was told goes to standby.
        got = self.exec_json("--", "a3 0a 0000 0000 00000100 00 00", "--",
                             "a4 0a 0000 0000 00000008 00 00", "--out-hex",
                             "00000000 02000002", "--", "00" * 6, "--",
                             "00" * 6, "--port", "2", "--", "00" * 6,
                             "--port", "2", device=DISK + ",alua=explicit",
                             status=1)
        self.assertEqual(got[0]["data_in"][:8], "00000018")
        self.assertEqual(got[1]["status"]["name"], "GOOD")
        self.assertEqual(got[2]["status"]["name"], "GOOD")
        self.assertEqual([g["sense"]["additional"]["text"] for g in got[3:]],
                         ["ASYMMETRIC ACCESS STATE CHANGED",
                          "LOGICAL UNIT NOT ACCESSIBLE, TARGET PORT IN "
                          "STANDBY STATE"])

    def test_units(self):
        out = self.run_tool("exec", DISK, "7=disk:null,size=1G", "--json",
                            "--", "25" + "00" * 9, "--", "25" + "00" * 9,
                            "--lun", "7", "--", "12 00 00 00 24 00", "--lun",
                            "300")[0]
        got = json.loads(out)["commands"]
        self.assertEqual([g["data_in"][:16] for g in got],
                         ["0001ffff00000200", "001fffff00000200",
                          got[2]["data_in"][:16]])
        self.assertEqual(got[2]["data_in"][:2], "7f")

    def test_short_and_long_cdbs(self):
        for n in (1, 2, 5, 7, 32, 260):
            got = self.exec_json("--", "7f" * n, status=1)
            self.assertEqual(got[0]["sense"]["key"]["code"], 5)

    def test_wait(self):
        got = self.exec_json("--", "a3 0f" + "00" * 7 + "0c 00 00", "--wait",
                             "5000", "--", "a3 0f" + "00" * 7 + "0c 00 00")
        first, second = (int(g["data_in"][8:20], 16) for g in got)
        self.assertEqual(second - first, 5000)


class Pages(Tool):
    def pages(self, *args, device=DISK, status=0):
        return self.run_tool("pages", device, *args, status=status)[0]

    def test_list(self):
        self.assertEqual(self.pages("vpd").splitlines()[:3], [
            "vpd", "  00h       Supported VPD pages",
            "  80h       Unit serial number"])
        both = json.loads(self.pages("--json"))
        for kind in both:
            only = json.loads(self.pages(kind, "--json"))
            self.assertEqual(only, {kind: both[kind]})
            sheet = self.pages(kind).splitlines()
            self.assertEqual(len(sheet), 1 + len(both[kind]))
            for line, page in zip(sheet[1:], both[kind]):
                code = f"{page['page']:02X}h"
                if page.get("subpage"):
                    code += f"/{page['subpage']:02X}h"
                self.assertEqual(line, f"  {code:<9} {page['name']}")

    def test_named(self):
        """What our devices have the tool knows, by their type."""
        profiles = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../../profiles")
        env = {**os.environ, "SCSIEMU_PROFILES": profiles}
        with tempfile.TemporaryDirectory() as folder:
            for device, name in (
                    (DISK + ",logs", "  11h       Solid state media\n"),
                    ("tape:mem,size=64M,profile=ibm-lto8",
                     "  11h       DT device status\n"),
                    ("tape:mem,size=64M,profile=hp-lto5",
                     "  0Ch       Sequential-access device\n"),
                    ("tape:mem,size=64M", "  17h       Volume statistics\n"),
                    (f"library:dir={folder}/l,slots=2,ie=1",
                     "  1Fh       Device capabilities\n")):
                out = self.run_tool("pages", device, env=env)[0]
                self.assertNotIn("?", out)
                self.assertIn(name, out)

    def test_every_page(self):
        """Raw, hex and JSON are the bytes that the commands give."""
        for kind, pages in json.loads(self.pages("--json")).items():
            for page in pages:
                code = f"{page['page']:02x}"
                if page.get("subpage"):
                    code += f",{page['subpage']:02x}"
                raw = subprocess.run(
                    [PROGRAM, "pages", DISK, kind, code, "--raw"],
                    capture_output=True, check=True).stdout
                self.assertEqual(raw, self.fetch(kind, page))
                dump = self.pages(kind, code, "--hex").splitlines()[1:]
                self.assertEqual(bytes.fromhex(
                    "".join(x[7:56] for x in dump)), raw)
                got = json.loads(self.pages(kind, code, "--json"))[kind]
                self.assertEqual(got[0]["name"], page["name"])
                if kind == "mode":
                    self.assertEqual(got[0]["current"], raw.hex())

    def fetch(self, kind, page):
        code, sub = page["page"], page.get("subpage", 0)
        cdb = {"vpd": [0x12, 1, code, 255, 255, 0],
               "mode": [0x5a, 8, code, sub, 0, 0, 0, 255, 255, 0],
               "log": [0x4d, 0, 0x40 | code, sub, 0, 0, 0, 255, 255, 0]}
        data = bytes.fromhex(self.exec_json(
            "--", bytes(cdb[kind]).hex())[0]["data_in"])
        return data[8:] if kind == "mode" else data

    def test_sheets(self):
        self.assertEqual(self.pages("vpd", "80"), """\
80h       Unit serial number
  serial number                 S1
""")
        device = DISK + ",naa=5000c50012345678"
        self.assertEqual(self.pages("vpd", "83", device=device), """\
83h       Device identification
  logical unit   T10 vendor identification  ACME    Thing           S1
  logical unit   NAA                        5000c50012345678
  logical unit   SCSI name string           naa.5000c50012345678
  target port    relative target port       1
  target port    target port group          1
  target port    SCSI name string           iqn.2026-11.org.scsiemu:scsiemu,t,\
0x0001
  target device  SCSI name string           iqn.2026-11.org.scsiemu:scsiemu
""")
        lines = self.pages("mode", "8").splitlines()
        self.assertEqual(lines[0], "08h       Caching")
        self.assertIn("  WCE                           1, changeable", lines)
        self.assertIn("  RCD                           0", lines)

    def test_mode_values(self):
        with tempfile.TemporaryDirectory() as folder:
            device = f"{DISK},nv={folder}/nv"
            page = "00 00 00 00 08 12 00" + "00" * 17
            self.exec("--", "15 11 00 00 18 00", "--out-hex", page,
                      device=device)
            self.assertIn("  WCE                           0, changeable, "
                          "default 1\n", self.pages("mode", "08",
                                                    device=device))
            got = json.loads(self.pages("mode", "08", "--json",
                                        device=device))["mode"][0]
            self.assertEqual(got["WCE"], {"current": 0, "changeable": 1,
                                          "default": 1, "saved": 0})
            self.assertTrue(got["saveable"])
            for pc in ("current", "changeable", "default", "saved"):
                dump = self.pages("mode", "08", "--pc", pc, "--hex",
                                  device=device).splitlines()[1:]
                self.assertEqual(bytes.fromhex(
                    "".join(x[7:56] for x in dump)).hex(), got[pc])

    def test_not_there(self):
        for kind, code in (("vpd", "ff"), ("mode", "3e"), ("log", "3e")):
            out, err = self.run_tool("pages", DISK, kind, code, status=1)
            self.assertEqual(out, "")
            self.assertIn(f"no {kind} page {code}", err)
        # a page that has no saved values
        self.pages("mode", "8", "--pc=saved", "--hex", status=1)


class Inspect(Tool):
    def inspect(self, *args, device=DISK):
        return self.run_tool("inspect", device, *args)[0]

    def test_sheet(self):
        self.assertEqual(self.inspect().split("\n\n")[:3], ["""\
device                        disk in memory, 64 MiB, 512-byte blocks""", """\
identity
  vendor                        ACME
  product                       Thing
  revision                      1.0
  type                          direct access block device
  version                       SPC-4
  removable                     no
  serial number                 S1
  naa                           """ + self.naa(), """\
capacity
  blocks                        131072
  block length                  512 bytes
  capacity                      67108864 bytes
  physical block length         512 bytes
  protection type               0
  provisioning                  full
  LBPME                         0
  LBPRZ                         0
  LOWEST ALIGNED LBA            0
  RC BASIS                      0"""])

    def naa(self):
        out = self.run_tool("pages", DISK, "vpd", "83", "--json")[0]
        value = [d["value"] for d in json.loads(out)["vpd"][0]["designators"]
                 if d["type"] == "NAA"][0]
        return bytes.fromhex(value).hex(" ")

    def test_profile(self):
        root = os.path.join(os.path.dirname(__file__), "..", "..")
        got = json.loads(self.inspect(
            "--json", device="disk:null,size=96M,profile=" +
            os.path.join(root, "profiles", "iomega-zip100.profile")))
        self.assertEqual(got["identity"]["version"], "SCSI-2")
        self.assertEqual(got["identity"]["product"], "ZIP 100")
        self.assertTrue(got["identity"]["removable"])
        self.assertEqual(got["capacity"]["blocks"], 196608)

    def test_thin(self):
        got = json.loads(self.inspect("--json", device="disk:null,size=2T,"
                                      "block=4096,version=7,removable"))
        self.assertEqual(got["identity"]["version"], "SPC-5")
        self.assertTrue(got["identity"]["removable"])
        self.assertEqual(got["capacity"]["blocks"], 1 << 29)
        self.assertEqual(got["capacity"]["capacity"], 2 << 40)
        got = json.loads(self.inspect("--json", device=DISK + ",thin,"
                                      "exponent=3"))
        self.assertEqual(got["capacity"]["provisioning"], "thin")
        self.assertEqual(got["capacity"]["LBPME"], 1)
        self.assertEqual(got["capacity"]["physical_block_length"], 4096)

    def test_mapping(self):
        with tempfile.TemporaryDirectory() as folder:
            device = f"disk:path={folder}/d.img,size=1M,thin,block=4096"
            self.exec("--", "2a 00 00 00 00 05 00 00 02 00", "--out-hex",
                      "5a" * 8192, device=device)
            got = json.loads(self.inspect("--json", device=device))
            self.assertEqual(got["mapping"], {"mapped_or_unknown": 2,
                                              "deallocated": 254})
            self.assertEqual(got["defects"], {"primary": 0, "grown": 0})

    def test_port_groups(self):
        got = json.loads(self.inspect(
            "--json", device=DISK + ",alua=both,groups=1:nonoptimized+"
            "7:standby*"))
        self.assertEqual([(g["group"], g["state"], g["PREF"], g["ports"])
                          for g in got["target_port_groups"]],
                         [(1, "active/non-optimized", 0, [1]),
                          (7, "standby", 1, [])])

    def test_commands(self):
        """As many as RSOC says, each with its usage data, in both forms."""
        got = json.loads(self.inspect("--json"))["commands"]
        data = bytes.fromhex(self.exec_json(
            "--", "a3 0c 00 00 00 00 00 00 ff ff 00 00")[0]["data_in"])
        self.assertEqual(len(got), (len(data) - 4) // 8)
        for i, c in enumerate(got):
            d = data[4 + 8 * i:12 + 8 * i]
            self.assertEqual(c["opcode"], d[0])
            self.assertEqual(c.get("service_action", 0),
                             int.from_bytes(d[2:4], "big"))
            self.assertEqual(len(c["usage"]), 2 * c["length"])
            self.assertEqual(c["usage"][:2], f"{d[0]:02x}")
            self.assertNotIn(c["name"], ("?", ""))
        sheet = self.inspect()
        for c in got:
            self.assertIn(c["name"], sheet)
            self.assertIn(bytes.fromhex(c["usage"]).hex(" "), sheet)

    def test_pages(self):
        sheet = self.inspect()
        got = json.loads(self.inspect("--json"))
        listed = json.loads(self.run_tool("pages", DISK, "--json")[0])
        for kind, pages in listed.items():
            self.assertEqual([p["name"] for p in got[kind + "_pages"]],
                             [p["name"] for p in pages])
            for p in pages:
                one = self.run_tool("pages", DISK, kind, f"{p['page']:02x},"
                                    f"{p.get('subpage', 0):02x}")[0]
                for line in one.splitlines():
                    self.assertIn("  " + line + "\n", sheet)

    def test_nothing_is_unknown(self):
        """Every command, page, state and type that the library's devices
        have is in the tool's tables."""
        for keys in ("thin,alua=both,aca,logs,priorities,selftests,format",
                     "thin,pool=32M,thresholds,defects=16", "pi=2",
                     "zoned=aware,zone_size=1M",
                     "zoned=managed,zone_size=1M,zone_realms=2"):
            device = f"{DISK},{keys}"
            out = self.inspect("--json", device=device)
            json.loads(out)
            self.assertNotIn('"?"', out, keys)
            self.inspect(device=device)

    def test_zones(self):
        got = json.loads(self.inspect("--json", device=DISK + ",zoned=managed,"
                                      "zone_size=1M,zone_conv=3"))
        self.assertEqual(got["zones"], {"no_write_pointer": 3, "empty": 61,
                                        "all": 64})

    def test_reservations(self):
        with tempfile.TemporaryDirectory() as folder:
            device = f"{DISK},nv={folder}/nv"
            register = "00" * 8 + "00000000deadbeef" + "00" * 4 + "01000000"
            reserve = "00000000deadbeef" + "00" * 16
            self.exec("--", "5f 00 00 00 00 00 00 00 18 00", "--out-hex",
                      register, "--", "5f 01 05 00 00 00 00 00 18 00",
                      "--out-hex", reserve, device=device)
            sheet = self.inspect(device=device)
            got = json.loads(self.inspect("--json", device=device))
        name = "iqn.2026-11.org.scsiemu:scsiemu-initiator,i,0x000000000001"
        self.assertIn("  reservation                   write exclusive, "
                      "registrants only\n", sheet)
        self.assertIn(f"    00000000deadbeef  port 1  {name}  (holder)\n",
                      sheet)
        self.assertEqual(got["reservations"]["registrations"], [{
            "key": "00000000deadbeef", "all_target_ports": False,
            "holder": True, "port": 1, "initiator": name}])

    def test_devices(self):
        for device in ("disk:mem,size=1M,readonly", "disk:null,size=512",
                       "disk:mem,size=1M,version=2",
                       "disk:mem,size=1M,vendor=\"\\o/,product=a\\,b"):
            got = json.loads(self.inspect("--json", device=device))
            self.inspect(device=device)
            self.assertIn("capacity", got)
        self.assertEqual(got["identity"]["vendor"], '"\\o/')
        self.assertEqual(got["identity"]["product"], "a,b")


class Wrong(Tool):
    def test_usage(self):
        self.refused(why="usage: scsiemu exec")
        self.refused("exec", why="no device")
        self.refused("fly", why='no subcommand "fly"')
        self.refused("exec", "disk:mem,size=1M", why="no command")
        self.refused("exec", "disk:mem,size=1M", "00" * 6, why="no command")
        self.refused("exec", DISK, "--", why="at least one byte")
        self.refused("exec", DISK, "--", "00", "--", why="at least one byte")
        self.refused("exec", *[DISK] * 17, "--", "00", why="too many devices")
        out = self.run_tool("--help")[0]
        self.assertIn("usage: scsiemu exec", out)
        self.assertIn("disk:STORE", out)

    def test_bytes(self):
        for word, why in (("0", "odd number of digits"),
                          ("0000000", "odd number of digits"),
                          ("0x12", "is no byte"), ("g0", "is no byte"),
                          ("00" * 261, "more than 260 bytes")):
            self.refused("exec", DISK, "--", word, why="CDB: ")
            self.refused("exec", DISK, "--", word, why=why)
        self.refused("exec", DISK, "--", *["00"] * 261,
                     why="more than 260 bytes")

    def test_options(self):
        for args, why in ((["--lun"], 'missing behind "--lun"'),
                          (["--lun", "16384"], "0 to 16383"),
                          (["--lun", "-1"], "0 to 16383"),
                          (["--lun", ""], "0 to 16383"),
                          (["--lun", "1x"], "0 to 16383"),
                          (["--in-len", "9" * 30], "no number"),
                          (["--initiator", "0"], "1 to 8"),
                          (["--initiator", "9"], "1 to 8"),
                          (["--port", "5"], "1 to 4"),
                          (["--json=1"], "takes no value"),
                          (["--fast"], 'no option "--fast"'),
                          (["--out", "a", "--out-hex", "00"], "one of them")):
            self.refused("exec", DISK, "--", "00" * 6, *args, why=why)
            self.refused("exec", DISK, *args, "--", "00" * 6, why=why)

    def test_devices(self):
        for device, why in (("disk:mem,siez=1M", 'did you mean "size"'),
                            ("disk:path=/nowhere/at/all", "/nowhere/at/all"),
                            ("16384=disk:mem,size=1M", "0 to 16383"),
                            ("tapx", '"tapx"'), ("tape", "no cartridge")):
            self.refused("exec", device, "--", "00" * 6, why=why)
        self.refused("exec", DISK, "0=" + DISK, "--", "00" * 6, why="LUN")

    def test_pages(self):
        for args, why in (([], "no device"), ([DISK, "vdp"], '"vdp"'),
                          ([DISK, "vpd", "0x80"], "hexadecimal"),
                          ([DISK, "vpd", "800"], "hexadecimal"),
                          ([DISK, "vpd", ""], "hexadecimal"),
                          ([DISK, "mode", "8,"], "hexadecimal"),
                          ([DISK, "vpd", "80", "83"], "one page code"),
                          ([DISK, "--raw"], "needs a page code"),
                          ([DISK, "--fast"], 'no option "--fast"'),
                          ([DISK, "mode", "8", "--pc"], "missing"),
                          ([DISK, "mode", "8", "--pc", "old"], '"old"'),
                          ([DISK, "vpd", "0", "--pc=saved"], "--pc is for"),
                          (["disk:mem,siez=1M"], "did you mean")):
            self.refused("pages", *args, why=why)
        self.refused("inspect", why="usage: scsiemu inspect")
        self.refused("inspect", DISK, DISK, why="usage: scsiemu inspect")
        self.refused("inspect", DISK, "--raw", why="usage: scsiemu inspect")
        self.refused("inspect", "disk:mem,siez=1M", why="did you mean")

    def test_files(self):
        for args, why in ((["--out", "/nowhere/at/all"], "/nowhere/at/all"),
                          (["--out", "/"], "/: "),
                          (["--out-hex", "0"], "--out-hex: "),
                          (["--in", "/nowhere/at/all"], "/nowhere/at/all")):
            err = self.run_tool("exec", DISK, "--", "00" * 6, *args,
                                status=2)[1]
            self.assertIn(why, err)

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, "exec", DISK, "--", "00" * 6],
                                  stdout=full, stderr=subprocess.PIPE,
                                  check=False, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"standard output", done.stderr)


class TapeCopy(Tool):
    """EXTENDED COPY between a disk and a tape, through the pump: records that
    are longer than the scratch of a command."""
    DEVICES = ("disk:mem,size=1M", "tape:mem,size=64M")

    def commands(self, *args):
        out = self.run_tool("exec", *self.DEVICES, "--json", "--", *args)[0]
        return json.loads(out)["commands"]

    def names(self):
        """The NAA designators of both."""
        ask = ("12 01 83 00 ff 00", "--lun")
        found = []
        for c in self.commands(*ask, "0", "--", *ask, "1"):
            page, at = bytes.fromhex(c["data_in"]), 4
            while at < len(page):
                if page[at + 1] & 0x3f == 3:
                    found.append(page[at + 4:at + 4 + page[at + 3]])
                at += 4 + page[at + 3]
        return found

    @staticmethod
    def segment(to_tape, lba):
        """512 blocks, records of 64 KiB."""
        return bytes([not to_tape, 0, 0, 0x14, 0, not to_tape, 0, to_tape, 0,
                      1, 0, 0, 0, 0, 2, 0]) + lba.to_bytes(8, "big")

    def copy(self, *segments):
        disk, tape = self.names()
        parties = b"".join(
            bytes([0xe4, kind, 0, 0, 1, 3, 0, 8]) + naa + bytes(13) +
            block.to_bytes(3, "big")
            for naa, kind, block in ((disk, 0, 512), (tape, 1, 0)))
        rest = b"".join(segments)
        head = bytearray(48)
        head[0], head[3], head[16], head[23] = 1, 0x20, 0xff, 1
        head[42:46] = (len(parties).to_bytes(2, "big") +
                       len(rest).to_bytes(2, "big"))
        out = bytes(head) + parties + rest
        cdb = bytes([0x83, 1]) + bytes(8) + len(out).to_bytes(4, "big")
        return (cdb + bytes(2)).hex(), "--out-hex", out.hex()

    def test_there_and_back(self):
        block = (bytes(range(256)) * 2).hex()
        mark = bytes([0x10, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1])
        done = self.commands(
            "2a 00 00 00 00 81 00 00 01 00", "--out-hex", block, "--",
            *self.copy(self.segment(True, 0), mark), "--",
            "34" + "00" * 9, "--lun", "1", "--", "01" + "00" * 5, "--lun",
            "1", "--", *self.copy(self.segment(False, 1024)), "--",
            "28 00 00 00 04 81 00 00 01 00")
        self.assertEqual([c["status"]["name"] for c in done], ["GOOD"] * 6)
        self.assertEqual(done[2]["data_in"][8:16], "00000005")
        self.assertEqual(done[5]["data_in"], block)


class Conformance(Tool):
    TAPE = "tape:mem,size=64M"

    @staticmethod
    def failures(out):
        return [line.split(" - ")[1] for line in out.splitlines()
                if line.startswith("not ok ")]

    def test_all(self):
        out = self.run_tool("conformance", "ssc", self.TAPE)[0]
        first, *rest = out.splitlines()
        self.assertEqual(first, f"1..{len(rest)}")
        self.assertTrue(all(line.startswith("ok ") for line in rest))
        self.assertGreater(len(rest), 90)
        skipped = [line for line in rest if "# SKIP" in line]
        self.assertTrue(all("does not have" in line for line in skipped))
        self.assertLess(len(skipped), 12)  # READ REVERSE

    def test_fault(self):
        out = self.run_tool("conformance", "ssc", self.TAPE +
                            ",inject=op=8f:sense=4/44/00", status=1)[0]
        self.assertEqual(self.failures(out), ["VERIFY elsewhere"])
        self.assertIn("# expected: GOOD, 0 bytes, then at object 6\n"
                      "# found: CHECK CONDITION 4/44/00 without INFORMATION, "
                      "0 bytes, then at object 1\n", out)

    def test_file(self):
        with tempfile.TemporaryDirectory() as d:
            tape = f"tape:path={d}/tape,size=64M"
            self.refused("conformance", "ssc", tape, why="--destroy")
            self.assertFalse(os.path.exists(f"{d}/tape"))
            out = self.run_tool("conformance", "ssc", tape, "--destroy")[0]
            self.assertEqual(self.failures(out), [])

    def test_node(self):
        if "scsiemu run" not in self.run_tool("--help")[0]:
            self.skipTest("scsiemu run is not built")
        # A program with ASan allows no library in front of that.
        env = {**os.environ, "ASAN_OPTIONS": ":".join(
            [os.environ.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"])}
        out = self.run_tool("run", self.TAPE, "--", PROGRAM, "conformance",
                            "ssc", "/dev/sg0", "--destroy", env=env)[0]
        self.assertEqual(self.failures(out), [])
        self.assertIn("# SKIP the initiator has no room", out)

    def test_trouble(self):
        for args in ((), ("ssc",), ("sbc", self.TAPE), ("ssc", "--destroy"),
                     ("ssc", self.TAPE, "--now"),
                     ("ssc", self.TAPE, "--destroy", "x")):
            self.refused("conformance", *args,
                         why="usage: scsiemu conformance")
        self.refused("conformance", "ssc", "/dev/null", "--destroy",
                     why="/dev/null: SG_IO")
        self.refused("conformance", "ssc", "/nowhere/at/all", "--destroy",
                     why="/nowhere/at/all")
        self.refused("conformance", "ssc", "tape:mem,siez=1M",
                     why="did you mean")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
