# SPDX-License-Identifier: BSD-2-Clause
"""killed.py BUILD [SEED]: SIGKILL at any point of a backup, of a move, of an
operator's request loses nothing that was acknowledged: records and filemarks in
front of the last synchronous WRITE FILEMARKS, moves, cartridges put in.

The seed is printed; it chooses what is sent and when the server is killed,
while what it has done by then is the machine's."""
import os
import random
import subprocess
import sys
import tempfile
import threading
import unittest

from initiator import DRIVE, SLOT, STATION, Gone, Initiator
from servers import iscsi_server

BUILD = os.path.abspath(sys.argv[1])
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
TOOL = os.path.join(BUILD, "tools", "scsiemu", "scsiemu")
CLIENT = os.path.join(BUILD, "tests", "integration", "scsi_client")
LONGEST = 20000
KILLS = 16
BUFFERED, MARK, BLANK = 0x10, b"", 8
CAPACITY = 4 << 20  # then the tape is written anew from its beginning


class Killed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="killed-")
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        self.random = random.Random(f"{SEED} {self.id()}")

    def serve(self, device):
        server = iscsi_server(BUILD, device)
        self.addCleanup(server.__exit__)
        return server

    def kill_soon(self, server, most):
        """Within so many seconds; the thread."""
        thread = threading.Timer(self.random.uniform(0, most),
                                 server.child.kill)
        thread.start()
        return thread

    def died(self, server, thread):
        thread.join()
        self.assertEqual(server.child.wait(), -9)


class Tape:
    """What a cartridge may have on it after a kill: the objects that have to be
    there (records; MARK), and those that may follow, in order."""

    def __init__(self):
        self.may = [([], [])]

    def wrote(self, thing):
        self.may[-1][1].append(thing)

    def synced(self):
        sure, perhaps = self.may[-1]
        self.may = [(sure + perhaps, [])]

    def rewritten(self):
        """From the beginning: until that is durable, the old is well, too."""
        self.may.append(([], []))

    def found(self, things):
        """Is this what it may have? Then that is what it has."""
        for sure, perhaps in self.may:
            if things[:len(sure)] == sure and \
                    things[len(sure):] == perhaps[:len(things) - len(sure)]:
                self.may = [(things, [])]
                return True
        return False

    @property
    def size(self):
        return sum(map(len, self.may[-1][0] + self.may[-1][1]))


class Backup(Killed):
    def read_all(self, host, lun):
        """Every object, with the drive's position checked at each."""
        things, marks = [], 0
        self.assertEqual(host.rewind(lun).status, 0)
        while True:
            self.assertEqual(host.position(lun), (0, len(things)))
            answer = host.read(lun, LONGEST)
            if answer.status == 0:
                things.append(answer.data)
            elif answer.at_filemark:
                things.append(MARK)
                marks += 1
            else:
                self.assertEqual((answer.key, answer.code), (BLANK, 0x0005))
                break
        self.assertEqual(host.files(lun), marks)
        self.assertEqual(host.end_of_data(lun).status, 0)
        self.assertEqual(host.position(lun), (0, len(things)))
        return things

    def back_up(self, host, lun, tape):
        """Until the server is gone; where the tape ends."""
        r = self.random
        if tape.size > CAPACITY:
            self.assertEqual(host.rewind(lun).status, 0)
            tape.rewritten()
        while True:
            what = r.random()
            if what < 0.8:
                record = r.randbytes(r.randrange(1, r.choice([64, LONGEST])))
                tape.wrote(record)
                answer = host.write(lun, record)
            elif what < 0.9:
                tape.wrote(MARK)
                answer = host.marks(lun, 1, immed=True)
            else:
                count = r.randrange(3)
                for _ in range(count):
                    tape.wrote(MARK)
                answer = host.marks(lun, count)
                if answer.status == 0:
                    tape.synced()
            self.assertEqual(answer.status, 0, answer.sense.hex())

    def check(self, host, lun, tape, note):
        things = self.read_all(host, lun)
        need = len(tape.may[0][0])
        self.assertTrue(
            tape.found(things),
            f"{note}: {len(things)} objects, {need} were acknowledged")

    def run_kills(self, device, lun, prepare):
        tape = Tape()
        for i in range(KILLS):
            server = self.serve(device if i else device + prepare[0])
            with Initiator(CLIENT, server.port) as host:
                if not i:
                    prepare[1](host)
                self.check(host, lun, tape, f"kill {i}")
                thread = self.kill_soon(server, 0.5)
                with self.assertRaises(Gone):
                    self.back_up(host, lun, tape)
            self.died(server, thread)
        server = self.serve(device)
        with Initiator(CLIENT, server.port) as host:
            self.check(host, lun, tape, "the last kill")

    def test_tape(self):
        self.run_kills(f"tape:path={self.dir}/a.tape", 0,
                       (",size=64M", lambda host: None))

    def test_drive_of_a_library(self):
        def load(host):
            self.assertEqual(host.move(0, SLOT + 1, DRIVE + 1).status, 0)

        self.run_kills(f"library:dir={self.dir}/lib", 2,
                       (",slots=2,ie=1,drives=2,size=64M", load))


class Changes(Killed):
    """A library's elements: what is acknowledged is there after the kill, what
    was under way is done or not, and each cartridge is in one place."""

    def setUp(self):
        super().setUp()
        self.lib = f"library:dir={self.dir}/lib"
        self.keys = ",slots=4,ie=2,drives=2,cartridges=3,size=1M"

    def next_server(self):
        server = self.serve(self.lib + self.keys)
        self.keys = ""
        return server

    def a_move(self, full):
        places = [*range(SLOT, SLOT + 4), *range(STATION, STATION + 2),
                  *range(DRIVE, DRIVE + 2)]
        source = self.random.choice(sorted(full))
        free = [p for p in places if p not in full]
        return source, self.random.choice(free)

    def test_moves(self):
        full = after = None
        for i in range(KILLS):
            server = self.next_server()
            with Initiator(CLIENT, server.port) as host:
                now = host.elements(0)
                if i:
                    self.assertIn(now, (full, after), f"kill {i}")
                full = after = now
                thread = self.kill_soon(server, 0.3)
                with self.assertRaises(Gone):
                    while True:
                        source, to = self.a_move(full)
                        after = {to if k == source else k: v
                                 for k, v in full.items()}
                        answer = host.move(0, source, to)
                        self.assertEqual(answer.status, 0, answer.sense.hex())
                        full = after
            self.died(server, thread)

    def operate(self, *args):
        return subprocess.Popen([TOOL, "library", self.dir + "/lib", *args],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def barcodes(self, server):
        with Initiator(CLIENT, server.port) as host:
            found = list(host.elements(0).values())
        self.assertEqual(len(found), len(set(found)))
        return set(found)

    def test_insert_and_eject(self):
        """Whoever is killed: the server, or the tool while nobody serves."""
        server = self.next_server()
        inside = self.barcodes(server)
        for i in range(KILLS):
            out = self.random.random() < 0.5
            barcode = self.random.choice(sorted(inside)) if out and inside \
                else f"NEW{i:03}L8"
            out = barcode in inside
            served = self.random.random() < 0.5
            if not served:
                self.assertEqual(server.stop(), 0)
            tool = self.operate("eject" if out else "insert", barcode,
                                *([] if out else ["size=1M"]))
            victim = server.child if served else tool
            thread = threading.Timer(self.random.uniform(0, 0.03), victim.kill)
            thread.start()
            tool.communicate(timeout=60)
            thread.join()
            if served:
                server.child.wait()
            server = self.next_server()
            now = self.barcodes(server)
            done = inside ^ {barcode}
            self.assertIn(now, (done,) if tool.returncode == 0 else
                          (done, inside), f"kill {i}: {barcode}")
            inside = now
            if len(inside) > 3: # room for the next ones
                gone = min(inside)
                self.operate("eject", gone).communicate(timeout=60)
                inside = self.barcodes(server)
                self.assertNotIn(gone, inside)


if __name__ == "__main__":
    print(f"seed {SEED}", flush=True)
    unittest.main(argv=sys.argv[:1])
