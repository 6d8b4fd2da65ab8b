# SPDX-License-Identifier: BSD-2-Clause
"""pipe.py PROGRAM: examples/pipe.c does what docs/embedding.md says of it, in a
hundred lines of code, of which the page shows what is there."""
import os
import re
import struct
import subprocess
import sys

import pages

SOURCE = os.path.join(pages.DOCS, "..", "examples", "pipe.c")

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

    def post(self, *cdbs):
        """Several at once, without data: their statuses."""
        self.child.stdin.write(b"".join(c.ljust(24, b"\0") for c in cdbs))
        self.child.stdin.flush()
        return [self.child.stdout.read(6)[0] for _ in cdbs]

    def end(self):
        self.child.stdin.close()
        return self.child.wait(60)


def source():
    """Its lines of code."""
    with open(SOURCE, encoding="ascii") as f:
        code = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    lines = [x for x in code.splitlines() if x.strip()]
    assert len(lines) <= 100, len(lines)


def page(program):
    """What it shows is there; what it says to type gives INQUIRY data."""
    with open(SOURCE, encoding="ascii") as f:
        code = f.read()
    for block in pages.blocks("embedding.md", "c"):
        assert block in code, block
    typed, = pages.blocks("embedding.md", "sh")
    done = subprocess.run(
        ["sh", "-c", typed.replace("| xxd", "")], capture_output=True,
        check=True, env={"PATH": os.path.dirname(program) + ":" +
                                 os.environ["PATH"]})
    assert done.stdout[14:22] == b"SCSIEMU ", done


def commands(program):
    pipe = Pipe(program, "disk:mem,size=1M")
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
    # what takes long, and what is there before it has ended
    whole = bytes([0x2f, 0, 0, 0, 0, 0, 0, 8, 0])
    assert pipe.post(whole, bytes(6), whole, bytes(6)) == [0] * 4
    assert pipe.end() == 0


def wrong(program):
    for device, requests, why in (
            ("disk:nil", b"", "pipe: "),
            ("disk:mem,size=1M", b"\0" * 20 + b"\xff" * 4, "1 MiB at once")):
        bad = subprocess.run([program, device], input=requests,
                             capture_output=True, check=False)
        assert bad.returncode == 1 and why in bad.stderr.decode(), bad


def main():
    program = os.path.abspath(sys.argv[1])
    source()
    page(program)
    commands(program)
    wrong(program)


main()
