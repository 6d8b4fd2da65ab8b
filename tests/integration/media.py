# SPDX-License-Identifier: BSD-2-Clause
"""media.py PROGRAM TAPE_IMAGE: scsiemu media, on files of its own, of
tape_image's and of Python's tarfile."""
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import unittest

PROGRAM, IMAGE = (os.path.abspath(a) for a in sys.argv[1:3])
PROFILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                        "profiles")
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
                              check=False, timeout=60,
                              env={**os.environ, "SCSIEMU_PROFILES": PROFILES})
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

    def exec(self, device, *cdbs, status=0):
        words = [w for cdb in cdbs for w in ("--", *cdb)]
        done = subprocess.run([PROGRAM, "exec", device, "--json", *words],
                              capture_output=True, check=False, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status == 2:
            return done.stderr.decode()
        return json.loads(done.stdout)["commands"]


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
        self.media("create", "@b", "--medium", "lto9", "--partitions", "2")
        got = json.loads(self.text("info", "@b", "--json"))["cartridge"]
        self.assertEqual([p["size"] for p in got["partitions"]],
                         [9 * 10**12] * 2)

    def made(self, *words):
        """Capacity, density, medium type, WORM of what these make."""
        self.media("create", "@a", *words)
        got = json.loads(self.text("info", "@a", "--json"))["cartridge"]
        os.remove(self.path("a"))
        return tuple(got.get(k) for k in ("capacity", "density", "medium_type",
                                          "worm"))

    def test_by_a_profile(self):
        lto8 = ("--profile", "ibm-lto8")
        self.assertEqual(self.made(*lto8), (12 * 10**12, "5Eh", "88h", False))
        self.assertEqual(self.made(*lto8, "--worm"),
                         (12 * 10**12, "5Eh", "8Ch", True))
        self.assertEqual(self.made(*lto8, "--barcode", "ABC123LX"),
                         (6 * 10**12, "5Ch", "7Ch", True))
        self.assertEqual(self.made(*lto8, "--barcode", "ABC123M8"),
                         (9 * 10**12, "5Dh", "78h", False))
        # a label that the drive knows nothing of; what is said wins
        self.assertEqual(self.made(*lto8, "--barcode", "ABC123L1"),
                         (12 * 10**12, "5Eh", "88h", False))
        self.assertEqual(self.made(*lto8, "--barcode", "ABC123M8", "--density",
                                   "0x5c", "--size", "1G"),
                         (1 << 30, "5Ch", "78h", False))
        self.assertEqual(self.made("--profile", "ibm-3592-e07", "--barcode",
                                   "ABC123JB"),
                         (640 * 10**9, "53h", None, False))
        self.assertEqual(self.made("--profile", "scsi2-tape", "--size", "1G"),
                         (1 << 30, None, None, False))
        with open(self.path("mine"), "w") as f:
            f.write("type = tape\nlike = ibm-lto8\n"
                    "writes = 5c:mb=17:usual\n")
        self.assertEqual(self.made("--profile", self.path("mine")),
                         (17 * 10**6, "5Ch", "78h", False))

    def test_profile_refused(self):
        def told(*words):
            out, err = self.media("create", "@a", *words, status=2)
            self.assertEqual(out, b"")
            return err.replace(PROFILES, "")

        self.assertEqual(
            told("--profile", "none"),
            "scsiemu: profile: /none.profile: does not exist: correct the "
            "path, or give a size (size=1G) to create it; write a path with a "
            "slash, or the name of a file in $SCSIEMU_PROFILES\n")
        self.assertEqual(
            told("--profile", "dec-rz26"),
            "scsiemu: /dec-rz26.profile: is a profile of a disk, not of a "
            "tape: take another one, or add type=tape\n")
        self.assertEqual(
            told("--profile", "ibm-lto8", "--density", "0x58"),
            "scsiemu: density=88: the drive reads no such tape; it takes 92 "
            "93 94\n")
        self.assertEqual(
            told("--profile", "ibm-lto8", "--medium", "lto8"),
            "scsiemu: --profile and --medium both say what it is: keep one of "
            "them\n")
        self.assertEqual(
            told("--profile", ""),
            "scsiemu: profile: the name of a profile, or a path with a slash, "
            "of less than 1024 characters\n")
        self.assertIn("it has no capacity yet: add --size",
                      told("--profile", "scsi2-tape"))
        self.refused("info", "@a", "--profile", "ibm-lto8",
                     why="another subcommand")
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_refused(self):
        self.refused("create", "@a", why="it has no capacity yet: add --size, "
                     "--medium or --profile")
        self.refused("create", "@a", "--size", "1Q", why="no size")
        self.refused("create", "@a", "--size", "1K", why="at least 65536")
        self.refused("create", "@a", "--medium", "lto77", why="no medium")
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


class Coded(Media):
    """Native records that a drive has compressed and encrypted."""
    TEXT, NOISE = b"abc" * 700, random.Random(1).randbytes(900)
    NO_KEY = ("it is encrypted, and there is no key here: convert it to "
              "native, which keeps it as it is\n")

    def setUp(self):
        super().setUp()
        done = subprocess.run(
            [PROGRAM, "exec", "tape:mem,size=1M,compress,encrypt", "--",
             "1e 00 00 00 00 00"], capture_output=True, check=False, timeout=60)
        if done.returncode == 2:
            self.skipTest(done.stderr.decode())

    def drive(self, name, *cdbs, keys="compress,encrypt", **more):
        return self.exec(f"tape:path={self.path(name)},{keys}", *cdbs, **more)

    @staticmethod
    def write(record):
        return (f"0a 00 {len(record):06x} 00", "--out-hex", record.hex())

    @staticmethod
    def read(length):
        return f"08 00 {length:06x} 00", "--in-len", str(length)

    @staticmethod
    def encryption(on):
        """SECURITY PROTOCOL OUT: all nexuses, ENCRYPT and DECRYPT, or not."""
        page = (f"0010 0030 40 00 {2 * on:02x} {2 * on:02x} 01 00" +
                "00" * 8 + "0020" + "11" * 32)
        return ("b5 20 0010 00 00 00000034 00 00", "--out-hex",
                page.replace(" ", ""))

    MARK = ("10 00 00 00 01 00",)

    def packed(self):
        """a: two records, the first of which becomes smaller, and a mark."""
        self.drive("a", self.write(self.TEXT), self.write(self.NOISE),
                   self.MARK, keys="compress,size=1M")

    def test_compressed(self):
        self.packed()
        self.assertEqual(self.media("cat", "@a")[0], self.TEXT + self.NOISE)
        self.assertRegex(self.text("check", "@a"),
                         "a: 2 records of 9[0-9]{2} bytes, 1 filemarks, 0 fau")
        lines = self.text("ls", "--all", "@a").splitlines()
        self.assertRegex(lines[1], "^  0 +at 0 +record of [0-9]{2}, packed or "
                         "encrypted$")
        self.assertRegex(lines[2], "^  1 +at [0-9]+ +record of 900$")
        # unpacked in other formats, and in files
        objects = [self.TEXT.hex(), self.NOISE.hex(), MARK]
        for form, name in (("simh", "b.tap"), ("aws", "b.aws"),
                           ("het", "b.het")):
            err = self.media("convert", "@a", "@" + name)[1]
            self.assertIn(f"{name}: {form}, 3000 bytes of records", err)
            if form != "het":
                self.assertEqual(self.image(form, name), objects)
            self.assertEqual(self.media("cat", "@" + name)[0],
                             self.TEXT + self.NOISE)
        self.media("convert", "@a", "@d/")
        with open(self.path("d/000000"), "rb") as f:
            self.assertEqual(f.read(), self.TEXT + self.NOISE)

    def test_compressed_stays(self):
        """As it is in another native one, which any drive reads."""
        self.packed()
        err = self.media("convert", "@a", "@b", "--to", "native")[1]
        self.assertRegex(err, "b: native, 9[0-9]{2} bytes of records")
        self.assertEqual(self.text("ls", "--all", "@a"),
                         self.text("ls", "--all", "@b"))
        got = self.drive("b", self.read(2100), self.read(900),
                         keys="readonly")
        self.assertEqual([g["data_in"] for g in got],
                         [self.TEXT.hex(), self.NOISE.hex()])

    def secret(self):
        """a: a plain record, an encrypted one, a mark, a plain one."""
        self.drive("a", self.write(b"plain"), self.encryption(True),
                   self.write(self.TEXT), self.MARK, self.encryption(False),
                   self.write(b"last"), keys="compress,encrypt,size=1M")

    def test_encrypted(self):
        self.secret()
        before = f"scsiemu: {self.path('a')}: partition 0, object 1 (byte "
        # what needs no key
        self.assertRegex(self.text("check", "@a"),
                         "a: 3 records of [0-9]+ bytes, 1 filemarks, 0 faults")
        lines = self.text("ls", "--all", "@a").splitlines()
        self.assertEqual([i for i, x in enumerate(lines)
                          if "packed or encrypted" in x], [2])
        self.assertEqual(self.media("cat", "@a", "1")[0], b"last")
        # what does, up to there
        out, err = self.media("cat", "@a", status=2)
        self.assertEqual(out, b"plain")
        self.assertTrue(err.startswith(before), err)
        self.assertTrue(err.endswith("): " + self.NO_KEY), err)
        # a key cannot be left out like a damage
        for more in ([], ["--salvage"]):
            for name in ("b.tap", "b.aws", "b.het"):
                out, err = self.media("convert", "@a", "@" + name, *more,
                                      status=2)
                self.assertTrue(err.startswith(before), err)
                self.assertTrue(err.endswith("): " + self.NO_KEY), err)
        self.assertEqual(os.listdir(self.folder.name), ["a"])
        self.refused("convert", "@a", "@d/",
                     why="a: partition 0, file 0: " + self.NO_KEY)

    def test_encrypted_stays(self):
        self.secret()
        self.media("convert", "@a", "@b", "--to", "native")
        self.assertEqual(self.text("ls", "--all", "@a"),
                         self.text("ls", "--all", "@b"))
        got = self.drive("b", self.read(5), self.encryption(True),
                         self.read(2100))
        self.assertEqual(got[0]["data_in"], b"plain".hex())
        self.assertEqual(got[2]["data_in"], self.TEXT.hex())
        got = self.drive("b", self.read(5), self.read(2100), status=1)
        sense = got[1]["sense"]
        self.assertEqual(sense["key"]["name"], "DATA PROTECT")
        asc = sense["additional"]
        self.assertEqual((asc["asc"], asc["ascq"]), (0x74, 1))

    def test_encrypted_damage(self):
        """The bytes as they are kept are checked: no key is needed."""
        self.secret()
        with open(self.path("a"), "rb") as f:
            at = f.read().index(b"plain")
        with open(self.path("a"), "r+b") as f:
            f.seek(at + 128 + 40)
            byte = f.read(1)[0]
            f.seek(-1, os.SEEK_CUR)
            f.write(bytes([byte ^ 1]))
        out = self.text("check", "@a", status=1)
        self.assertIn("partition 0, object 1, byte ", out)
        self.refused("convert", "@a", "@b", "--to", "native",
                     why="partition 0, object 1 (byte")
        self.media("convert", "@a", "@b", "--to", "native", "--salvage",
                   status=1)
        self.assertEqual(self.media("cat", "@b")[0], b"plainlast")


class Device(Media):
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
