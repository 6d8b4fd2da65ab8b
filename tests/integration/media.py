# SPDX-License-Identifier: BSD-2-Clause
"""media.py PROGRAM TAPE_IMAGE: scsiemu media, on files of its own, of
tape_image's and of Python's tarfile."""
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROGRAM, IMAGE = (os.path.abspath(a) for a in sys.argv[1:3])
MARK = "mark"
TAPE = ["68656c6c6f", "6869", MARK, "616263" * 700, MARK, MARK, "78"]


class Media(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def media(self, *args, status=0):
        """Words that begin with @ are files in the test's folder."""
        words = [self.path(a[1:]) if a.startswith("@") else a for a in args]
        done = subprocess.run([PROGRAM, "media", *words], capture_output=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout, done.stderr.decode()

    def text(self, *args, status=0):
        return self.media(*args, status=status)[0].decode()

    def refused(self, *args, why):
        out, err = self.media(*args, status=2)
        self.assertEqual(out, b"")
        self.assertIn(why, err)

    def image(self, form, name, objects=None):
        words = [IMAGE, "read" if objects is None else "write", form,
                 self.path(name)]
        done = subprocess.run(words, capture_output=True, text=True,
                              check=True, timeout=60, input="".join(
                                  o + "\n" for o in objects or []))
        return done.stdout.split()


class Create(Media):
    def test_by_its_barcode(self):
        self.media("create", "@a", "--barcode", "ABC123LY")
        got = json.loads(self.text("info", "@a", "--json"))["cartridge"]
        self.assertEqual(got["format"], "native")
        self.assertEqual(got["version"], 1)
        self.assertEqual(got["capacity"], 12000000000000)
        self.assertEqual(got["density"], "5Eh")
        self.assertEqual(got["medium_type"], "8Ch")
        self.assertTrue(got["worm"])
        self.assertTrue(got["put_away"])
        self.assertEqual(got["not_committed"], 0)
        self.assertEqual(got["partitions"][0]["attributes"],
                         [{"id": 0x806, "value": "ABC123LY"}])

    def test_partitions(self):
        self.media("create", "@a", "--size", "1G", "--density", "0x5c",
                   "--partitions", "100M,*")
        got = json.loads(self.text("info", "@a", "--json"))["cartridge"]
        self.assertEqual([p["size"] for p in got["partitions"]],
                         [100 << 20, 924 << 20])
        self.assertEqual(got["density"], "5Ch")
        self.media("create", "@b", "--profile", "lto9", "--partitions", "2")
        got = json.loads(self.text("info", "@b", "--json"))["cartridge"]
        self.assertEqual([p["size"] for p in got["partitions"]],
                         [9 * 10**12] * 2)

    def made(self, *args):
        """Capacity, density, medium type and WORM of what is made."""
        self.media("create", "@a", *args)
        got = json.loads(self.text("info", "@a", "--json"))["cartridge"]
        os.unlink(self.path("a"))
        return (got["capacity"], got.get("density"), got.get("medium_type"),
                got["worm"])

    def test_by_a_profile(self):
        """The usual one, that of the barcode, of the density."""
        tera = 10**12
        for words, want in (
                ("ibm-lto8", (12 * tera, "5Eh", "88h", False)),
                ("ibm-lto8 --worm", (12 * tera, "5Eh", "8Ch", True)),
                ("ibm-lto8 --barcode A00001L7",
                 (6 * tera, "5Ch", "78h", False)),
                ("ibm-lto8 --barcode A00001LX",
                 (6 * tera, "5Ch", "7Ch", True)),
                ("ibm-lto8 --barcode A00001M8 --size 1G",
                 (1 << 30, "5Dh", "78h", False)),
                ("ibm-lto8 --barcode A00001L8 --density 0x5c",
                 (6 * tera, "5Ch", "78h", False)),
                # a barcode that is none of its
                ("ibm-lto8 --barcode A00001L4",
                 (12 * tera, "5Eh", "88h", False)),
                ("hpe-lto8 --worm", (12 * tera, "5Eh", "01h", True)),
                ("ibm-lto10", (30 * tera, "62h", "A8h", False)),
                ("stk-t10000c", (5 * tera, "4Ch", None, False))):
            self.assertEqual(self.made("--profile", *words.split()), want,
                             words)
        own = self.path("own.profile")
        with open(own, "w", encoding="ascii") as f:
            f.write("type = tape\nwrites = 81:mb=3:medium=7:usual\n")
        self.assertEqual(self.made("--profile", own),
                         (3000000, "81h", "07h", False))
        # the drive of the profile has it as its own
        self.media("create", "@a", "--profile", "ibm-lto8", "--size", "1G")
        done = subprocess.run(
            [PROGRAM, "exec", "tape:profile=ibm-lto8,path=" + self.path("a"),
             "--json", "--", "1a 00 00 00 0c 00"], capture_output=True,
            check=True, timeout=60)
        self.assertEqual(
            json.loads(done.stdout)["commands"][0]["data_in"],
            "0b8810085e00000000000000")

    def test_by_generation(self):
        """Without a profile: as LTO's barcodes end, if it is one of them."""
        self.assertEqual(self.made("--barcode", "A00001L1"),
                         (100 * 10**9, "40h", "18h", False))
        self.assertEqual(self.made("--barcode", "A00001M8"),
                         (9 * 10**12, "5Dh", "78h", False))
        self.assertEqual(self.made("--barcode", "A00001LA"),
                         (30 * 10**12, "62h", "A8h", False))
        self.assertEqual(self.made("--barcode", "MOON01", "--size", "1M"),
                         (1 << 20, None, None, False))

    def test_refused_profiles(self):
        folder = os.environ["SCSIEMU_PROFILES"]
        where = ("; write a path with a slash, or the name of a file in "
                 "$SCSIEMU_PROFILES")
        for name, why in (
                ("lto77", f"profile: {folder}/lto77.profile: does not exist"
                          + where),
                ("./lto8", "profile: ./lto8: does not exist" + where),
                ("stk-l180", f"{folder}/stk-l180.profile: line 4: type: it is "
                             "a profile of a changer, not of a tape: take "
                             "another one"),
                ("", "profile=: the name of a profile, or a path with a "
                     "slash, of at most 1023 characters"),
                ("x" * 1024, "profile=" + "x" * 40 + ": the name of a "
                             "profile, or a path with a slash, of at most "
                             "1023 characters")):
            out, err = self.media("create", "@a", "--profile", name, status=2)
            self.assertEqual((out, err), (b"", f"scsiemu: {why}\n"))
        self.refused("create", "@a", "--profile", "lto8", "--density", "64",
                     why="density=64: the drive reads no such tape; it takes "
                         "92 93 94")
        self.refused("create", "@a", "--profile", "scsi2-tape",
                     why="add --size or --profile")
        self.refused("ls", "@a", "--profile", "lto8", why="another subcomm")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_refused(self):
        self.refused("create", "@a", why="add --size or --profile")
        self.refused("create", "@a", "--size", "1Q", why="no size")
        self.refused("create", "@a", "--size", "1K", why="at least 65536")
        self.refused("create", "@a", "--size", "1G", "--partitions", "2G,*",
                     why="do not go into it")
        self.refused("create", "@a", "--size", "1G", "--barcode", "A B",
                     why="printable")
        self.refused("create", "@a", "--size", "1G", "--format", "tar",
                     why="only read")
        self.assertEqual(os.listdir(self.folder.name), [])
        self.media("create", "@a", "--size", "1G")
        self.refused("create", "@a", "--size", "1G", why="there already")
        self.refused("create", why="a file is missing")
        self.refused("create", "@b", "--json", why="another subcommand")
        self.refused("destroy", "@b", why="usage: scsiemu media create")


class Show(Media):
    def test_ls(self):
        self.image("simh", "a.tap", TAPE)
        want = """\
partition 0
  file 0      object 0          at 0              7 bytes, 2 records of 2 to 5
  file 1      object 3          at 28             2100 bytes, 1 records of 2100
  file 2      object 5          at 2140           0 bytes, 0 records
  file 3      object 6          at 2144           1 bytes, 1 records of 1
"""
        self.assertEqual(self.text("ls", "@a.tap"), want)
        all_of_it = self.text("ls", "--all", "@a.tap").splitlines()
        self.assertEqual(len(all_of_it), 1 + len(TAPE))
        self.assertEqual(all_of_it[3].split(), ["2", "at", "24", "filemark"])
        got = json.loads(self.text("ls", "@a.tap", "--json"))["partitions"]
        self.assertEqual(got[0]["files"][1], {
            "file": 1, "object": 3, "at": 28, "bytes": 2100, "records": 1,
            "shortest": 2100, "longest": 2100})

    def test_cat(self):
        self.image("aws", "a.aws", TAPE)
        self.assertEqual(self.media("cat", "@a.aws")[0],
                         b"hellohi" + b"abc" * 700 + b"x")
        self.assertEqual(self.media("cat", "@a.aws", "0")[0], b"hellohi")
        self.assertEqual(self.media("cat", "@a.aws", "1")[0], b"abc" * 700)
        self.assertEqual(self.media("cat", "@a.aws", "2")[0], b"")
        self.assertEqual(self.media("cat", "@a.aws", "3")[0], b"x")
        self.refused("cat", "@a.aws", "4", why="only 3 filemarks")
        self.refused("cat", "@a.aws", "x", why="no number of a file")
        self.refused("cat", "@a.aws", "--partition", "1", why="has 1 partit")

    def test_what_it_is_not(self):
        with open(self.path("text"), "wb") as f:
            f.write(b"hello, world")
        self.refused("info", "@text", why="no cartridge that can be recog")
        self.refused("info", "@none", why="does not exist")
        self.refused("info", "@text", "--format", "native", why="is not a")
        os.mkdir(self.path("d"))
        self.refused("info", "@d", why="is a directory")


class Convert(Media):
    def test_round(self):
        """From each format to the next; at the end the bytes are the same."""
        self.image("simh", "0.tap", TAPE)
        names = ["0.tap", "1.aws", "2.tape", "3.het", "4.e11", "5.tape",
                 "6.tap"]
        for a, b in zip(names, names[1:]):
            self.media("convert", "@" + a, "@" + b, "-q")
            self.assertEqual(self.text("check", "@" + b, "--quiet"), "")
        with open(self.path("0.tap"), "rb") as one, \
                open(self.path("6.tap"), "rb") as other:
            self.assertEqual(one.read(), other.read())
        self.assertLess(os.path.getsize(self.path("3.het")),
                        os.path.getsize(self.path("1.aws")))
        self.assertEqual(self.image("aws", "3.het"), TAPE)

    def test_directory(self):
        self.image("simh", "a.tap", TAPE)
        self.media("convert", "@a.tap", "@d/")
        self.assertEqual(sorted(os.listdir(self.path("d"))),
                         [f"{i:06}" for i in range(4)])
        with open(self.path("d/000000"), "rb") as f:
            self.assertEqual(f.read(), b"hellohi")
        err = self.media("convert", "@d", "@b.tap", "--block", "5")[1]
        self.assertIn("b.tap: simh, 2108 bytes", err)
        got = self.image("simh", "b.tap")
        self.assertEqual(got, ["68656c6c6f", "6869", MARK,
                               *["6162636162", "6361626361",
                                 "6263616263"] * 140, MARK, MARK, "78", MARK])
        # which keeps the lengths, but for the last record of a file
        out = self.media("convert", "@b.tap", "@e/")[1]
        self.assertNotIn("several lengths", out)
        self.image("simh", "c.tap", ["61", "6162", MARK])
        out = self.media("convert", "@c.tap", "@f", "--to", "directory")[1]
        self.assertIn("several lengths", out)

    def test_tar(self):
        with tarfile.open(self.path("a.tar"), "w") as tar:
            tar.add(sys.argv[0], "me")
        self.media("convert", "@a.tar", "@a.tape")
        self.media("cat", "@a.tape", "0")
        with open(self.path("a.tar"), "rb") as f:
            self.assertEqual(self.media("cat", "@a.tape", "0")[0], f.read())

    def test_attributes_and_partitions_stay(self):
        self.media("create", "@a", "--barcode", "ABC123L8", "--partitions",
                   "2")
        self.media("convert", "@a", "@b", "--to", "native")
        a, b = (json.loads(self.text("info", n, "--json"))["cartridge"]
                for n in ("@a", "@b"))
        self.assertEqual(a["partitions"], b["partitions"])
        self.assertEqual(a["density"], b["density"])
        self.refused("convert", "@a", "@c.tap", why="2 partitions do not go")
        self.assertFalse(os.path.exists(self.path("c.tap.part")))

    def test_exported(self):
        self.image("simh", "a.tap", TAPE)
        for form, name in (("tgt", "b.ssc"), ("mhvtl", "c"), ("faketape", "d")):
            words = [] if name == "b.ssc" else ["--to", form]
            err = self.media("convert", "@a.tap", "@" + name, *words)[1]
            self.assertIn(f"{name}: {form}, 2108 bytes of records", err)
            self.media("convert", f"@{name}", f"@{name}.tap", "--from", form)
            self.assertEqual(self.image("simh", f"{name}.tap"), TAPE)
        self.assertEqual(sorted(os.listdir(self.path("c"))), [
            "data.0", "indx.0", "mam", "meta.0", "mhvtl_data"])

    def test_exported_attributes_and_partitions(self):
        self.media("create", "@a", "--barcode", "ABC123LX", "--partitions",
                   "2", "--size", "1G", "--density", "0x5e")
        self.media("convert", "@a", "@b", "--to", "mhvtl")
        self.media("convert", "@b", "@c", "--to", "native")
        a, c = (json.loads(self.text("info", n, "--json"))["cartridge"]
                for n in ("@a", "@c"))
        self.assertEqual(a["density"], c["density"])
        self.assertEqual(a["partitions"][0]["attributes"],
                         c["partitions"][0]["attributes"])
        self.assertEqual(len(c["partitions"]), 2)
        self.media("create", "@d.ssc", "--format", "tgt", "--size", "1G",
                   "--barcode", "ABC123L8")
        with open(self.path("d.ssc"), "rb") as f:
            self.assertEqual(f.read()[48 + 568:][:9], b"ABC123L8 ")
        self.refused("convert", "@a", "@e.ssc", why="2 partitions do not go")
        self.refused("create", "@f", "--format", "faketape", "--size", "1G",
                     "--barcode", "A", why="no place in this format")
        # what was begun is removed
        self.refused("convert", "@a", "@g", "--to", "mhvtl", "--size", "64K",
                     why="do not go into it")
        self.assertEqual(sorted(os.listdir(self.folder.name)),
                         ["a", "b", "c", "d.ssc"])

    def test_refused(self):
        self.image("simh", "a.tap", ["00" * 70000])
        self.refused("convert", "@a.tap", "@b.aws", why="longer than records")
        self.refused("convert", "@a.tap", "@b", "--to", "faketape",
                     why="longer than records")
        self.refused("convert", "@a.tap", "@b", "--to", "tar",
                     why="only read")
        self.refused("convert", "@a.tap", "@b", "--to", "mhvtl", "--size",
                     "64K", why="no room for it")
        self.refused("convert", "@a.tap", "@b", "--to", "native", "--size",
                     "64K", why="no room for it")
        self.refused("convert", "@a.tap", "@a.tap", why="there already")
        self.refused("convert", "@a.tap", "@b", "--to", "x", why="no format")
        self.assertEqual(os.listdir(self.folder.name), ["a.tap"])


class Damage(Media):
    def test_native(self):
        self.image("simh", "a.tap", TAPE)
        self.media("convert", "@a.tap", "@a.tape")
        with open(self.path("a.tape"), "r+b") as f:
            f.seek((512 << 10) + 64)
            f.write(b"j")
        before = os.stat(self.path("a.tape")).st_mtime_ns
        out = self.text("check", "@a.tape", status=1)
        self.assertIn("partition 0, object 0, byte 0: its bytes are not those "
                      "that were written", out)
        self.assertIn("1 faults", out)
        self.assertIn("nothing was changed", out)
        self.assertEqual(os.stat(self.path("a.tape")).st_mtime_ns, before)
        self.refused("convert", "@a.tape", "@b.tap",
                     why="partition 0, object 0 (byte")
        self.media("convert", "@a.tape", "@b.tap", "--salvage", status=1)
        self.assertEqual(self.image("simh", "b.tap"), TAPE[1:])

    def test_image(self):
        self.image("simh", "a.tap", TAPE)
        with open(self.path("a.tap"), "r+b") as f:
            f.truncate(2000)
        out = self.text("check", "@a.tap", status=1)
        self.assertIn("byte 28: a length of 2100", out)
        out, err = self.media("ls", "@a.tap", status=1)
        self.assertIn("byte 28", err)
        self.media("convert", "@a.tap", "@b.tap", "--salvage", status=1)
        self.assertEqual(self.image("simh", "b.tap"), TAPE[:3])

    def test_in_use(self):
        self.media("create", "@a", "--size", "1G")
        os.mkfifo(self.path("fifo"))
        user = subprocess.Popen(
            [PROGRAM, "exec", "tape:path=" + self.path("a"), "--out",
             self.path("fifo"), "--", "0a 00 00 00 01 00"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            # it has the cartridge when it waits for its data
            with open(self.path("fifo"), "wb") as f:
                self.refused("check", "@a", why="in use by another server")
                self.refused("ls", "@a", why="in use by another server")
                f.write(b"x")
        finally:
            user.communicate(timeout=60)


class Drive(Media):
    def exec(self, device, *cdbs, status=0):
        words = [w for cdb in cdbs for w in ("--", *cdb)]
        done = subprocess.run([PROGRAM, "exec", device, "--json", *words],
                              capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status == 2:
            return done.stderr.decode()
        return json.loads(done.stdout)["commands"]


class Coded(Drive):
    """Records that the drive has compressed and encrypted."""
    ZEROS = bytes(256 << 10)
    MARKS = ["10 00 00 00 01 00"]
    SHORT = "0a 00 00 00 04 00"
    ENCRYPTED = ("it is encrypted, and there is no key here: read it by a "
                 "drive that has the key, or convert it to native, which "
                 "keeps it as it is\n")

    def key(self, key, raw=True):
        """Set Data Encryption: for all, ENCRYPT, DECRYPT."""
        return ["b5 20 00 10 00 00 00 00 00 34 00 00", "--out-hex",
                "001000304" + ("0200202" if raw else "0300202") + "0100" +
                "00" * 8 + "0020" + key * 32]

    def write(self, name, *cdbs, size="1M"):
        with open(self.path("zeros"), "wb") as f:
            f.write(self.ZEROS)
        device = f"tape:size={size},compress,encrypt,path=" + self.path(name)
        probe = subprocess.run([PROGRAM, "exec", device, "--", "0" * 12],
                               capture_output=True, check=False, timeout=60)
        if b"without" in probe.stderr:
            self.skipTest(probe.stderr.decode())
        for done in self.exec(device, *cdbs):
            self.assertEqual(done["status"]["name"], "GOOD")

    def zeros(self):
        return ["0a 00 04 00 00 00", "--out", self.path("zeros")]

    def short(self, text):
        return [self.SHORT, "--out-hex", text.encode().hex()]

    def three(self, raw=True):
        """Files: one compressed, one as it was, one encrypted."""
        self.write("a", self.zeros(), self.MARKS, self.short("abcd"),
                   self.MARKS, self.key("5a", raw), self.short("efgh"),
                   self.MARKS)

    def fails(self, *args, why):
        self.assertEqual(self.media(*args, status=2)[1], why)

    def test_ls(self):
        self.three()
        self.assertEqual(self.text("ls", "@a"), """\
partition 0
  file 0      object 0          at 0              262144 bytes, 1 records of \
262144
  file 1      object 2          at 192            4 bytes, 1 records of 4
  file 2      object 4          at 384            4 bytes, 1 records of 4
""")
        self.assertEqual(self.text("ls", "--all", "@a"), """\
partition 0
  0          at 0              record of 262144, compressed
  1          at 128            filemark
  2          at 192            record of 4
  3          at 320            filemark
  4          at 384            record of 4, encrypted
  5          at 512            filemark
""")
        got = json.loads(self.text("ls", "--all", "--json", "@a"))
        self.assertEqual(
            [(o["bytes"], o["compressed"], o["encrypted"])
             for o in got["partitions"][0]["objects"]
             if o["kind"] == "record"],
            [(262144, True, False), (4, False, False), (4, False, True)])

    def test_cat(self):
        self.three()
        self.assertEqual(self.media("cat", "@a", "0")[0], self.ZEROS)
        self.assertEqual(self.media("cat", "@a", "1")[0], b"abcd")
        for words, out in (("2",), b""), ((), self.ZEROS + b"abcd"):
            got, err = self.media("cat", "@a", *words, status=2)
            self.assertEqual(got, out)
            self.assertEqual(err, f"scsiemu: {self.path('a')}: partition 0, "
                                  "object 4 (byte 384): " + self.ENCRYPTED)

    def test_native(self):
        """As they are, also those that nobody may read raw: who has the key
        reads them."""
        for raw in True, False:
            self.three(raw)
            err = self.media("convert", "@a", "@b", "--to", "native")[1]
            self.assertIn("b: native, ", err)
            self.assertEqual(self.text("ls", "--all", "@a"),
                             self.text("ls", "--all", "@b"))
            self.assertIn(": 3 records of ", self.text("check", "@b"))
            device = "tape:encrypt,path=" + self.path("b")
            got = self.exec(
                device, ["08 00 04 00 00 00", "--in-len", "262144"],
                ["11 01 00 00 02 00"], self.key("5a"),
                ["08 00 00 00 04 00", "--in-len", "4"])
            self.assertEqual(got[0]["data_in"], "00" * len(self.ZEROS))
            self.assertEqual(got[3]["data_in"], b"efgh".hex())
            got = self.exec(
                device, ["11 01 00 00 02 00"], self.key("5b"),
                ["08 00 00 00 04 00", "--in-len", "4"], status=1)
            self.assertEqual(got[2]["sense"]["key"]["name"], "DATA PROTECT")
            os.unlink(self.path("a"))
            os.unlink(self.path("b"))

    def test_others(self):
        """What is compressed is unpacked, more than the cartridge's capacity,
        too; what is encrypted is refused, with --salvage as well."""
        self.write("a", *[self.zeros()] * 6, self.MARKS)
        for name in "b.tap", "b.e11", "b.tape":
            self.media("convert", "@a", "@" + name)
            self.assertEqual(self.media("cat", "@" + name)[0],
                             self.ZEROS * 6)
        self.assertLess(os.path.getsize(self.path("b.tape")), 1 << 20)
        self.media("convert", "@a", "@d/")
        with open(self.path("d/000000"), "rb") as f:
            self.assertEqual(f.read(), self.ZEROS * 6)
        self.fails("convert", "@a", "@b.aws", why=(
            f"scsiemu: {self.path('b.aws.part')}: partition 0, object 0 (byte "
            "0): it is longer than records of this format: choose another\n"))
        os.unlink(self.path("a"))
        self.three()
        for more in [], ["--salvage"]:
            self.fails("convert", "@a", "@c.tap", *more, why=(
                f"scsiemu: {self.path('a')}: partition 0, object 4 (byte "
                "384): " + self.ENCRYPTED))
        self.assertFalse(os.path.exists(self.path("c.tap.part")))

    def test_directory(self):
        self.three()
        part = self.path("d.part")
        self.fails("convert", "@a", "@d/", why=(
            f"scsiemu: {self.path('a')}: partition 0, file 2: " +
            self.ENCRYPTED + f"scsiemu: {part}: is not finished: what could "
            "be read is in it\n"))
        self.assertEqual(sorted(os.listdir(part)), ["000000", "000001"])
        self.fails("convert", "@a", "@d/", why=(
            f"scsiemu: {part}: is there already: remove it, or name "
            "another\n"))

    def test_damage(self):
        """A byte of what is kept; a check says it without a key."""
        self.three()
        with open(self.path("a"), "r+b") as f:
            at = f.read().index(b"abcd")
            f.seek(at)
            f.write(b"j")
        out = self.text("check", "@a", status=1)
        self.assertIn("partition 0, object 2, byte 192: its bytes are not "
                      "those that were written", out)
        self.assertEqual(self.media("cat", "@a", "0")[0], self.ZEROS)
        self.media("convert", "@a", "@b", "--to", "native", "--salvage",
                   status=1)
        self.assertEqual(self.text("ls", "--all", "@b").splitlines()[1:], [
            "  0          at 0              record of 262144, compressed",
            "  1          at 128            filemark",
            "  2          at 192            filemark",
            "  3          at 256            record of 4, encrypted",
            "  4          at 384            filemark"])


class Device(Drive):
    """A tape drive with a file of another program in it."""

    def test_read(self):
        self.image("aws", "a", TAPE)
        for keys in ("", ",format=aws", ",readonly"):
            got = self.exec("tape:path=" + self.path("a") + keys,
                            ["08 00 00 00 05 00", "--in-len", "5"],
                            ["11 01 00 00 01 00"],
                            ["08 00 00 08 34 00", "--in-len", "2100"])
            self.assertEqual(got[0]["data_in"], "68656c6c6f")
            self.assertEqual(got[2]["data_in"], "616263" * 700)

    def test_write(self):
        device = "tape:size=1M,format=simh,path=" + self.path("new")
        self.exec(device, ["0a 00 00 00 02 00", "--out-hex", "6869"],
                  ["10 00 00 00 01 00"])
        self.assertEqual(self.image("simh", "new"), ["6869", MARK])
        # by what is in it
        device = "tape:size=1M,path=" + self.path("new")
        self.exec(device, ["11 03 00 00 00 00"],
                  ["0a 00 00 00 01 00", "--out-hex", "78"])
        self.assertEqual(self.image("simh", "new"), ["6869", MARK, "78"])

    def test_damaged(self):
        self.image("simh", "a", TAPE)
        with open(self.path("a"), "r+b") as f:
            f.truncate(2000)
        device = "tape:path=" + self.path("a")
        err = self.exec(device, ["00 00 00 00 00 00"], status=2)
        self.assertIn("opened read-only, what is in front of it can be read",
                      err)
        got = self.exec(device + ",readonly", ["11 01 00 00 01 00"],
                        ["08 00 00 00 05 00", "--in-len", "5"],
                        ["0a 00 00 00 01 00", "--out-hex", "78"], status=1)
        self.assertEqual(got[1]["sense"]["key"]["name"], "MEDIUM ERROR")
        self.assertEqual(got[2]["sense"]["key"]["name"], "DATA PROTECT")

    def test_refused(self):
        self.image("simh", "a", TAPE)
        err = self.exec("tape:format=tgt,size=1M,path=" + self.path("a"),
                        ["00 00 00 00 00 00"], status=2)
        self.assertIn("format=tgt is only read: leave size out", err)
        err = self.exec("tape:format=aws,path=" + self.path("a"),
                        ["00 00 00 00 00 00"], status=2)
        self.assertIn("not an AWSTAPE or HET, or damaged", err)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
