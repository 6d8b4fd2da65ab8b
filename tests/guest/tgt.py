# SPDX-License-Identifier: BSD-2-Clause
"""tgt.py BUILD: a cartridge that scsiemu media has written for tgt is one to
tgt's own programs; and what tgtd adds to it comes back."""
import os
import subprocess
import sys
import tempfile
import unittest

from servers import Tgtd

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "../integration"))
from initiator import Initiator

BUILD = os.path.abspath(sys.argv[1])
CLIENT = os.path.join(BUILD, "tests", "integration", "scsi_client")
SCSIEMU = os.path.join(BUILD, "tools", "scsiemu", "scsiemu")
GOOD, CHECK, MARK, END = 0, 2, 0x80, 0x48
FILES = [bytes(range(256)) * 40 + b"the rest", b"", b"short"]

SHOWN = """\
Media     : 
 type     : Data
Media serial number : , 
Beginning of Tape(16): Capacity 64 MB, Blk No.: 0, prev 0, curr 0, next 1152
 Uncompressed data(2): Blk No. 1, prev 0, curr 1152,  next 9392, sz 8192
 Uncompressed data(2): Blk No. 2, prev 1152, curr 9392,  next 11496, sz 2056
         Filemark(64): Blk No. 3, prev 9392, curr 11496,  next 11544, sz 0
         Filemark(64): Blk No. 4, prev 11496, curr 11544,  next 11592, sz 0
 Uncompressed data(2): Blk No. 5, prev 11544, curr 11592,  next 11645, sz 5
         Filemark(64): Blk No. 6, prev 11592, curr 11645,  next 11693, sz 0
      End of Data(32): Blk No. 7, prev 11645, curr 11693,  next 11693, sz 0
"""


def media(*args):
    return subprocess.run([SCSIEMU, "media", *args], check=True, text=True,
                          capture_output=True, timeout=60).stdout


class Exported(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.ssc, native, files = (os.path.join(folder.name, n) for n in
                                   ("a.ssc", "a.tape", "files"))
        os.mkdir(files)
        for i, data in enumerate(FILES):
            with open(os.path.join(files, str(i)), "wb") as f:
                f.write(data)
        media("convert", "-q", files, native, "--size", "64M", "--block", "8K")
        media("convert", "-q", native, self.ssc)

    def test_tgtimg(self):
        out = subprocess.run(
            ["/usr/sbin/tgtimg", "--op", "show", "--device-type", "tape",
             "--file", self.ssc], check=True, text=True, capture_output=True)
        self.assertEqual(out.stdout, SHOWN)

    def test_tgtd(self):
        with Tgtd([("ssc", self.ssc)]) as tgtd, \
                Initiator(CLIENT, tgtd.port, iqn=tgtd.iqn) as host:
            self.assertEqual(host.rewind(1).status, GOOD)
            for want in FILES[0][:8192], FILES[0][8192:], None, None, FILES[2]:
                answer = host.raw(1, [8, 0, 0, 0x20, 0, 0], "in", 8192)
                if want is None:
                    self.assertEqual(answer.sense[2], MARK)
                else:
                    # (tgtd's residual is what it has moved)
                    self.assertEqual(answer.data[:len(want)], want)
            self.assertTrue(host.raw(1, [8, 0, 0, 0x20, 0, 0], "in",
                                     8192).at_filemark)
            answer = host.raw(1, [8, 0, 0, 0x20, 0, 0], "in", 8192)
            self.assertEqual(answer.sense[2], END)
            self.assertEqual(host.write(1, b"by tgtd").status, GOOD)
            self.assertEqual(host.marks(1, 1).status, GOOD)
        lines = media("ls", "--all", self.ssc).splitlines()
        self.assertEqual([line.split(maxsplit=3)[-1] for line in lines[1:]], [
            "record of 8192", "record of 2056", "filemark", "filemark",
            "record of 5", "filemark", "record of 7", "filemark"])
        self.assertEqual(media("cat", self.ssc, "3"), "by tgtd")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
