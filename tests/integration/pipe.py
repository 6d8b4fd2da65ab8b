# SPDX-License-Identifier: BSD-2-Clause
"""pipe.py PROGRAM: examples/pipe.c does what docs/embedding.md says of it."""
import struct
import subprocess
import sys


class Pipe:
    def __init__(self, program, device):
        self.child = subprocess.Popen([program, device],
                                      stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)

    def send(self, cdb, room=0, out=b""):
        """(status, sense, data-in) of a command."""
        self.child.stdin.write(cdb.ljust(16, b"\0") +
                               struct.pack(">II", room, len(out)) + out)
        self.child.stdin.flush()
        status, n, got = struct.unpack(">BBI", self.child.stdout.read(6))
        return status, self.child.stdout.read(n), self.child.stdout.read(got)

    def end(self):
        self.child.stdin.close()
        return self.child.wait(60)


def main():
    pipe = Pipe(sys.argv[1], "disk:mem,size=1M")
    status, sense, _ = pipe.send(bytes(6))
    assert (status, sense[2], sense[12]) == (2, 6, 0x29), (status, sense)
    assert pipe.send(bytes(6)) == (0, b"", b"")
    status, _, data = pipe.send(bytes([0x12, 0, 0, 0, 96]), 96)
    assert status == 0 and data[8:16] == b"SCSIEMU ", data
    blocks = bytes(n * 7 % 251 for n in range(4096))
    assert pipe.send(bytes([0x2a, 0, 0, 0, 0, 5, 0, 0, 8]), 0,
                     blocks) == (0, b"", b"")
    assert pipe.send(bytes([0x28, 0, 0, 0, 0, 5, 0, 0, 8]),
                     4096) == (0, b"", blocks)
    status, sense, data = pipe.send(bytes([0x28, 0, 0, 1, 0, 0, 0, 0, 1]), 512)
    assert (status, sense[2], sense[12], data) == (2, 5, 0x21, b""), sense
    assert pipe.end() == 0
    bad = subprocess.run([sys.argv[1], "disk:nil"], capture_output=True,
                         text=True, check=False)
    assert bad.returncode == 1 and bad.stderr.startswith("pipe: "), bad


main()
