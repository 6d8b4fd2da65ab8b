# SPDX-License-Identifier: BSD-2-Clause
"""An initiator (scsi_client.c) as Python calls, and the commands of tape drives
and media changers that tests send."""
import subprocess

from servers import IQN

GONE = None
SLOT, DRIVE, STATION = 4096, 512, 16


class Gone(Exception):
    """The target is not there any more."""


class Answer:
    """status, sense (bytes, b"" without), data; residual: below 0 is an
    overflow."""

    def __init__(self, line):
        status, sense, data, residual = line.split()
        self.residual = int(residual)
        self.status = int(status)
        self.sense = bytes.fromhex(sense.strip("-"))
        self.data = bytes.fromhex(data.strip("-"))

    @property
    def key(self):
        return self.sense[2] & 15 if self.sense else 0

    @property
    def code(self):
        """ASC and ASCQ in one number."""
        return self.sense[12] << 8 | self.sense[13] if self.sense else 0

    @property
    def at_filemark(self):
        return bool(self.sense) and bool(self.sense[2] & 0x80)


class Initiator:
    """A session; a context manager."""

    def __init__(self, program, port, iqn=IQN):
        self.child = subprocess.Popen(
            [program, f"127.0.0.1:{port}", iqn], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.stdout.close()
        self.child.stderr.close()
        self.child.kill()
        self.child.wait()

    def raw(self, lun, cdb, *data):
        try:
            print(lun, bytes(cdb).hex(), *data, file=self.child.stdin,
                  flush=True)
            line = self.child.stdout.readline()
        except BrokenPipeError:
            raise Gone() from None
        if not line.endswith("\n") or line.startswith("gone"):
            raise Gone()
        return Answer(line)

    def send(self, lun, cdb, *data):
        """As raw(), but unit attentions are taken."""
        for _ in range(8):
            answer = self.raw(lun, cdb, *data)
            if answer.key != 6:
                break
        return answer

    # ---- Tape drives ----

    def rewind(self, lun):
        return self.send(lun, [0x01, 0, 0, 0, 0, 0])

    def end_of_data(self, lun):
        return self.send(lun, [0x11, 3, 0, 0, 0, 0])

    def write(self, lun, record):
        return self.send(lun, [0x0a, 0, *len(record).to_bytes(3, "big"), 0],
                         "out", record.hex())

    def marks(self, lun, count, immed=False):
        return self.send(lun, [0x10, int(immed), *count.to_bytes(3, "big"), 0])

    def read(self, lun, length):
        """One record of any length up to this one (SILI)."""
        return self.send(lun, [0x08, 2, *length.to_bytes(3, "big"), 0], "in",
                         length)

    def position(self, lun):
        """(partition, block), READ POSITION of the short form."""
        data = self.send(lun, [0x34, *[0] * 9], "in", 20).data
        return data[1], int.from_bytes(data[4:8], "big")

    def files(self, lun):
        """Filemarks in front of the position, READ POSITION's long form."""
        data = self.send(lun, [0x34, 6, *[0] * 8], "in", 32).data
        return int.from_bytes(data[16:24], "big")

    # ---- Media changers ----

    def move(self, lun, source, to):
        return self.send(lun, [0xa5, 0, 0, 0, *source.to_bytes(2, "big"),
                               *to.to_bytes(2, "big"), 0, 0, 0, 0])

    def prevent(self, lun, on):
        return self.send(lun, [0x1e, 0, 0, 0, int(on), 0])

    def elements(self, lun):
        """{address: barcode} of all that are full."""
        data = self.send(lun, [0xb8, 0x10, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff,
                               0, 0], "in", 0xffff).data
        found, at = {}, 8
        while at < len(data):
            size = int.from_bytes(data[at + 2:at + 4], "big")
            end = at + 8 + int.from_bytes(data[at + 5:at + 8], "big")
            for e in range(at + 8, end, size):
                if data[e + 2] & 1:
                    address = int.from_bytes(data[e:e + 2], "big")
                    found[address] = data[e + 12:e + 44].decode().strip()
            at = end
        return found
