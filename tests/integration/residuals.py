# SPDX-License-Identifier: BSD-2-Clause
"""residuals.py BUILD: what libiscsi is told of a tape's records that are not as
long as was asked for: residual, sense and data together."""
import os
import sys
import unittest

from initiator import Initiator
from servers import iscsi_server

BUILD = os.path.abspath(sys.argv[1])
CLIENT = os.path.join(BUILD, "tests", "integration", "scsi_client")
LARGEST = (1 << 24) - 1
GOOD, CHECK = 0, 2
ILI, FILEMARK = 0x20, 0x80


def pattern(length):
    return bytes(range(251)) * (length // 251 + 1)


class Residuals(unittest.TestCase):
    def setUp(self):
        server = iscsi_server(BUILD, "tape:mem,size=64M")
        self.addCleanup(server.__exit__)
        self.host = Initiator(CLIENT, server.port)
        self.addCleanup(self.host.__exit__)
        self.host.rewind(0)

    def write(self, *lengths):
        """Records, a filemark, and back to the first."""
        for length in lengths:
            answer = self.host.write(0, pattern(length)[:length])
            self.assertEqual((answer.status, answer.residual), (GOOD, 0))
        self.assertEqual(self.host.marks(0, 1).status, GOOD)
        self.host.rewind(0)

    def read(self, asked, room):
        """READ of `asked` bytes into room for `room`."""
        return self.host.raw(0, [8, 0, *asked.to_bytes(3, "big"), 0], "in",
                             room)

    def check(self, answer, bit, information, residual, data):
        self.assertEqual(answer.status, CHECK)
        self.assertEqual(answer.sense[2], bit)
        self.assertEqual(answer.sense[3:7],
                         information.to_bytes(4, "big", signed=True))
        self.assertEqual(answer.residual, residual)
        self.assertTrue(answer.data == data)

    def test_short_and_long(self):
        self.write(1000, 4096)
        self.check(self.read(4096, 4096), ILI, 3096, 3096, pattern(1000)[:1000])
        self.check(self.read(300, 300), ILI, 300 - 4096, 0, pattern(300)[:300])
        self.check(self.read(4096, 4096), FILEMARK, 4096, 4096, b"")

    def test_another_room_than_the_cdb_asks_for(self):
        self.write(1000, 4096)
        # enough for the record
        self.check(self.read(4096, 1024), ILI, 3096, 24, pattern(1000)[:1000])
        # not enough
        answer = self.read(4096, 512)
        self.assertEqual((answer.status, answer.residual), (GOOD, -3584))
        self.assertEqual(answer.data, pattern(512)[:512])
        self.host.rewind(0)
        # more than the CDB asks for
        answer = self.read(1000, 4096)
        self.assertEqual((answer.status, answer.residual), (GOOD, 3096))

    def test_write(self):
        answer = self.host.raw(0, [0x0a, 0, 0, 0, 100, 0], "out",
                               pattern(300)[:300].hex())
        self.assertEqual((answer.status, answer.residual), (GOOD, 200))
        self.host.rewind(0)
        self.check(self.read(300, 300), ILI, 200, 200, pattern(100)[:100])

    def test_largest(self):
        """In many bursts of Data-Out, and of Data-In."""
        self.write(LARGEST, LARGEST - 1)
        answer = self.read(LARGEST, LARGEST)
        self.assertEqual((answer.status, answer.residual), (GOOD, 0))
        self.assertTrue(answer.data == pattern(LARGEST)[:LARGEST])
        self.check(self.read(LARGEST, LARGEST), ILI, 1, 1,
                   pattern(LARGEST)[:LARGEST - 1])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
