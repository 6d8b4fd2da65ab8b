# SPDX-License-Identifier: BSD-2-Clause
"""stenc.py PROGRAM: stenc, which sets the keys of tape drives, unmodified: a
record is written with a key and read with it, with another, without one."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv[1])
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
AUDIT = "/var/log/stenc"  # it keeps one of keys that were set
DRIVE = "tape:mem,size=64M,encrypt"

WRITE = "sg_raw -s 512 -i $data /dev/sg0 0a 0 0 2 0 0"
READ = "sg_raw -r 512 -o $back /dev/sg0 08 0 0 2 0 0"
REWIND = "sg_raw /dev/sg0 01 0 0 0 0 0"
SETTLE = "sg_raw /dev/sg0 0 0 0 0 0 0; sg_raw /dev/sg0 0 0 0 0 0 0"


class Stenc(unittest.TestCase):
    def setUp(self):
        for tool in ("stenc", "sg_raw"):
            if not shutil.which(tool, path=PATH):
                self.skipTest(tool + " is not installed")
        self.audited = os.path.exists(AUDIT)
        self.folder = tempfile.TemporaryDirectory()
        self.env = {**os.environ, "PATH": PATH, "LC_ALL": "C"}
        for name, text in (("data", os.urandom(512)),
                           ("key", b"5a" * 32 + b"\nthe name\n"),
                           ("other", b"a5" * 32 + b"\n")):
            self.env[name] = os.path.join(self.folder.name, name)
            with open(self.env[name], "wb") as f:
                f.write(text)
        self.env["back"] = os.path.join(self.folder.name, "back")

    def tearDown(self):
        self.folder.cleanup()
        if not self.audited and os.path.exists(AUDIT):
            os.remove(AUDIT)

    def sh(self, *lines):
        """What a script prints; each line of it is tried."""
        child = subprocess.run(
            [PROGRAM, "run", DRIVE, "--", "sh", "-c",
             "\n".join((SETTLE,) + lines)],
            env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=60, check=False)
        self.assertEqual(child.returncode, 0, child.stdout)
        return child.stdout.decode()

    def test_keys(self):
        out = self.sh(
            "stenc -f /dev/sg0 -e on -k $key -a 1 --ckod", WRITE, REWIND,
            "echo = its key; stenc -f /dev/sg0 --detail", READ,
            "cmp $data $back && echo SAME; rm -f $back",
            "stenc -f /dev/sg0 -e on -k $other -a 1", REWIND,
            "echo = another; stenc -f /dev/sg0 --detail", READ,
            "stenc -f /dev/sg0 -e off", "echo = none", READ,
            "stenc -f /dev/sg0 -e mixed -k $key -a 1",
            "echo = mixed", READ, "cmp $data $back && echo SAME")
        its, another, none, mixed = out.split("\n= ")[1:]
        for text in ("Drive Encryption:        on\n",
                     "Protecting from raw read\n",
                     "Key Instance Counter:    1\n",
                     "Drive Key Desc.(uKAD):   the name\n",
                     "Encrypted and able to decrypt\n", "SAME\n"):
            self.assertIn(text, its)
        for text in ("Key Instance Counter:    2\n",
                     "unable to decrypt due to invalid key",
                     "Volume Key Desc.(uKAD):  the name\n",
                     "Incorrect data encryption key"):
            self.assertIn(text, another)
        self.assertIn("Unable to decrypt data", none)
        self.assertIn("SAME\n", mixed)


unittest.main(argv=sys.argv[:1])
