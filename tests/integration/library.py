# SPDX-License-Identifier: BSD-2-Clause
"""library.py BUILD: the operator of a library, while iscsi-server serves it and
while nobody does: `scsiemu library`, the control socket, what hosts are told."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

import pages
from initiator import DRIVE, SLOT, STATION, Initiator
from servers import iscsi_server

BUILD = os.path.abspath(sys.argv[1])
TOOL = os.path.join(BUILD, "tools", "scsiemu", "scsiemu")
CLIENT = os.path.join(BUILD, "tests", "integration", "scsi_client")
NEW = ",slots=4,ie=2,drives=2,cartridges=2,size=1M"
CHANGER, TAPE = 0, 1


class Library(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="library-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.dir = os.path.join(folder.name, "lib")
        self.control = os.path.join(self.dir, "control")

    def serve(self, keys=NEW):
        server = iscsi_server(BUILD, f"library:dir={self.dir}{keys}")
        self.addCleanup(server.__exit__)
        return server

    def initiator(self, server):
        host = Initiator(CLIENT, server.port)
        self.addCleanup(host.__exit__)
        return host

    def tool(self, *args, status=0):
        done = subprocess.run([TOOL, "library", self.dir, *args],
                              capture_output=True, text=True, timeout=60,
                              check=False)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr if status else done.stdout

    def ls(self):
        """(head, {name: (address, barcode, words)})"""
        head, *lines = self.tool("ls").splitlines()
        rows = [line.split() for line in lines]
        return head, {row[1]: (int(row[0]), row[2], row[3:]) for row in rows}

    def path(self, barcode):
        return os.path.join(self.dir, barcode + ".tape")

    def ask(self, *requests, path=None):
        """Replies of the control socket; None: there was none at once."""
        replies = []
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind("")
            s.connect(path or self.control)
            s.settimeout(30)
            for request in requests:
                s.send(request)
                replies.append(s.recv(65536).decode())
        return replies


class Served(Library):
    def test_ls(self):
        server = self.serve()
        self.assertEqual(self.tool("ls"), f"""\
{self.dir}: served
     16  ie1        -
     17  ie2        -
    512  drive0     - lun=1
    513  drive1     - lun=2
   4096  slot1      VOL001L8
   4097  slot2      VOL002L8
   4098  slot3      -
   4099  slot4      -
""")
        host = self.initiator(server)
        self.assertEqual(host.move(CHANGER, SLOT, DRIVE + 1).status, 0)
        self.assertEqual(host.prevent(TAPE + 1, True).status, 0)
        head, rows = self.ls()
        self.assertEqual(head, self.dir + ": served")
        self.assertEqual(rows["drive1"], (513, "VOL001L8", [
            "lun=2", "loaded", "locked", "from=slot1"]))

    def test_insert_tells_the_hosts(self):
        server = self.serve()
        host, other = self.initiator(server), self.initiator(server)
        for h in (host, other):
            self.assertEqual(h.send(CHANGER, [0] * 6).status, 0)
        self.assertEqual(self.tool("insert", "NEW001L8", "size=2M"),
                         "inserted into ie1 (element 16)\n")
        for h in (host, other):
            answer = h.raw(CHANGER, [0] * 6)
            self.assertEqual((answer.key, answer.code), (6, 0x2801))
            self.assertEqual(h.raw(CHANGER, [0] * 6).status, 0)
        self.assertEqual(host.elements(CHANGER)[STATION], "NEW001L8")
        self.assertEqual(host.move(CHANGER, STATION, DRIVE).status, 0)
        self.assertEqual(host.send(TAPE, [0] * 6).status, 0)
        # into a slot: 28/00
        self.tool("insert", "NEW002L8", "slot4", "size=1M")
        answer = host.raw(CHANGER, [0] * 6)
        self.assertEqual((answer.key, answer.code), (6, 0x2800))

    def test_eject_gives_the_file(self):
        server = self.serve()
        host = self.initiator(server)
        self.assertEqual(host.move(CHANGER, SLOT, STATION + 1).status, 0)
        out = os.path.join(self.folder, "OUT001L8.tape")
        self.assertEqual(self.tool("eject", "VOL001L8", out),
                         f"ejected from ie2 (element 17)\n"
                         f"the cartridge is {out}\n")
        answer = host.raw(CHANGER, [0] * 6)
        self.assertEqual((answer.key, answer.code), (6, 0x2801))
        self.assertNotIn("VOL001L8", host.elements(CHANGER).values())
        self.assertFalse(os.path.exists(self.path("VOL001L8")))
        # and back, by the other name, from anywhere
        self.assertEqual(self.tool("insert", out, "ie2"),
                         "inserted into ie2 (element 17)\n")
        self.assertFalse(os.path.exists(out))
        self.assertEqual(host.elements(CHANGER)[STATION + 1], "OUT001L8")
        # without a file it stays in the directory
        self.assertEqual(self.tool("eject", "slot2"),
                         f"ejected from slot2 (element 4097)\n"
                         f"the cartridge is {self.path('VOL002L8')}\n")
        self.assertEqual(self.tool("insert", "VOL002L8"),
                         "inserted into ie1 (element 16)\n")

    def test_what_is_written_is_carried_away_and_comes_back(self):
        server = self.serve()
        host = self.initiator(server)
        host.move(CHANGER, SLOT, DRIVE)
        self.assertEqual(host.write(TAPE, b"payload").status, 0)
        self.assertEqual(host.move(CHANGER, DRIVE, STATION).status, 0)
        out = os.path.join(self.folder, "AWAY01L8.tape")
        self.tool("eject", "ie1", out)
        self.tool("insert", out)
        self.assertEqual(host.move(CHANGER, STATION, DRIVE + 1).status, 0)
        self.assertEqual(host.read(TAPE + 1, 100).data, b"payload")

    def test_prevent(self):
        server = self.serve()
        host = self.initiator(server)
        self.assertEqual(host.prevent(CHANGER, True).status, 0)
        head, _ = self.ls()
        self.assertEqual(head, self.dir + ": served, locked by a host")
        for args in (("eject", "VOL001L8"), ("insert", "NEW001L8"),
                     ("insert", "NEW001L8", "slot3")):
            why = self.tool(*args, status=2)
            self.assertIn("a host has locked the library (PREVENT ALLOW "
                          "MEDIUM REMOVAL)", why)
            self.assertIn("sg_prevent --allow", why)
        self.assertFalse(os.path.exists(self.path("NEW001L8")))
        self.assertEqual(host.prevent(CHANGER, False).status, 0)
        self.tool("eject", "VOL001L8")

    def test_refusals(self):
        server = self.serve()
        host = self.initiator(server)
        host.move(CHANGER, SLOT, DRIVE)
        out = os.path.join(self.folder, "OUT001L8.tape")
        with open(out, "wb") as f:
            f.write(b"no cartridge")
        for args, why in (
                (("eject", "drive0"), "drive0 is out of reach"),
                (("eject", "VOL001L8"), "drive0 is out of reach"),
                (("eject", "slot1"), "element 4096 has no cartridge"),
                (("eject", "slot5"), "slot5: no cartridge and no element"),
                (("eject", "VOL002L8", out), "is there already"),
                (("insert", "VOL002L8"), "VOL002L8 is in the library"),
                (("insert", "VOL002L8", "size=1M"), "is there already"),
                (("insert", "NEW001L8", "slot2"), "has a cartridge (VOL002L8"),
                (("insert", "NEW001L8", "drive1"), "out of reach"),
                (("insert", "NEW001L8", "ie3"), "no such element"),
                (("insert", "NEW001L8", "size=1"), "size=BYTES, 65536"),
                (("insert", "NEW001L8", "size=x"), "size=x is not possible"),
                (("insert", ".hidden"), "is no barcode"),
                (("insert", "A B"), "with blanks"), (("eject", ""), "with blanks"),
                (("insert", "/NEW001L8"), "is no cartridge's file"),
                (("insert", out), "OUT001L8.tape: "),
                (("insert", out + "/x.tape"), "Not a directory"),
                (("insert",), "insert what"),
                (("insert", "a", "ie", "ie"), "one cartridge, one place"),
                (("eject",), "eject one cartridge"),
                (("ls", "x"), "ls takes nothing"),
                (("x",), "usage:"), ((), "usage:")):
            self.assertIn(why, self.tool(*args, status=2), args)
        self.assertTrue(os.path.exists(out))
        self.assertFalse(os.path.exists(self.path("OUT001L8")))
        self.assertFalse(os.path.exists(self.path("NEW001L8")))
        self.tool("insert", "NEW001L8")
        self.tool("insert", "NEW002L8")
        self.assertIn("or none is free",
                      self.tool("insert", "NEW003L8", status=2))

    def test_sixty_thousand(self):
        """More elements than a reply has room for."""
        self.serve(",slots=59000,ie=2,drives=2,cartridges=1,size=1M")
        _, rows = self.ls()
        self.assertEqual(len(rows), 59000 + 4)
        self.assertEqual(rows["slot59000"], (SLOT + 58999, "-", []))
        self.tool("insert", "NEW001L8", "slot59000")
        _, rows = self.ls()
        self.assertEqual(rows["slot59000"][1], "NEW001L8")


class Page(Library):
    def test_what_the_page_types(self):
        self.serve()
        block, = pages.blocks("changer.md", "sh")
        path = os.path.dirname(TOOL) + ":" + os.environ["PATH"]
        done = subprocess.run(
            ["sh", "-e", "-c", block.replace("DIR", self.dir)],
            cwd=self.folder, env={**os.environ, "PATH": path}, text=True,
            capture_output=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        _, rows = self.ls()
        self.assertEqual(rows["ie1"][1], "OLD001L8")
        self.assertEqual(rows["slot4"][1], "NEW002L8")


class Unserved(Library):
    def test_under_the_lock(self):
        self.assertIn("no library is here", self.tool("ls", status=2))
        self.assertFalse(os.path.exists(self.dir))
        server = self.serve()
        self.assertEqual(server.stop(), 0)
        self.assertFalse(os.path.exists(self.control))
        self.tool("insert", "NEW001L8", "size=1M")
        self.tool("eject", "slot1")
        head, rows = self.ls()
        self.assertEqual(head, self.dir + ": not served")
        self.assertEqual(rows["ie1"][1:], ("NEW001L8", ["imported"]))
        host = self.initiator(self.serve(""))
        self.assertEqual(host.elements(CHANGER),
                         {STATION: "NEW001L8", SLOT + 1: "VOL002L8"})

    def test_a_server_that_was_killed(self):
        server = self.serve()
        server.child.kill()
        server.child.wait()
        self.assertTrue(os.path.exists(self.control))
        self.tool("insert", "NEW001L8", "size=1M")
        self.serve("")
        head, rows = self.ls()
        self.assertEqual(head, self.dir + ": served")
        self.assertEqual(rows["ie1"][1], "NEW001L8")

    def test_what_is_no_socket_stays(self):
        self.serve().stop()
        with open(self.control, "w", encoding="ascii") as f:
            f.write("a note\n")
        server = self.serve("")
        self.assertIn("that is no socket: remove it", server.text(server.err))
        with open(self.control, encoding="ascii") as f:
            self.assertEqual(f.read(), "a note\n")
        # served all the same, and nobody operates beside the server
        self.assertEqual(
            self.initiator(server).elements(CHANGER)[SLOT], "VOL001L8")
        self.assertIn("in use by a program that takes no requests",
                      self.tool("ls", status=2))

    def test_a_long_path(self):
        self.dir = os.path.join(self.folder, "x" * 120, "lib")
        os.mkdir(os.path.dirname(self.dir))
        self.serve()
        head, rows = self.ls()
        self.assertEqual(head, self.dir + ": served")
        self.assertEqual(len(rows), 8)


class Hostile(Library):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def alive(self):
        self.assertTrue(self.server.alive())
        self.assertEqual(len(self.ls()[1]), 8)

    def test_requests(self):
        for request in (b"", b"\n", b" ", b"\0", b"ls\0", b"ls\nls\n", b"\xff",
                        b"ls " + b"1" * 400, b"x" * 65536, b"a b c d e f",
                        b"ls 65536", b"ls -1", b"ls 1x", b"LS", b"insert",
                        b"insert ie", b"insert ie A size", b"insert ie A x=1",
                        b"insert ie A size=1M size=1M", b"insert ie A worm",
                        b"insert ie A size=99999999999999999999",
                        b"insert 18446744073709551632 A size=1M",
                        b"insert ie4294967297 A size=1M",
                        b"insert ie0 A size=1M", b"insert 1 A size=1M",
                        b"insert ie ../A size=1M", b"insert ie A/B size=1M",
                        b"insert ie " + b"A" * 33 + b" size=1M", b"eject",
                        b"eject A B", b"eject transport1", b"eject 0"):
            reply, = self.ask(request)
            self.assertRegex(reply, r"\Ano [^\n]+\n\Z", request[:60])
        self.assertEqual(sorted(os.listdir(self.dir)), [
            "VOL001L8.tape", "VOL002L8.tape", "control", "slots"])
        self.alive()

    def test_good_ones(self):
        ls, more, new, out = self.ask(b"ls", b"ls  4097 ",
                                      b"insert ie A1 size=1M worm\n",
                                      b"eject 16\n")
        self.assertTrue(ls.startswith("ok served\n16 ie1 -\n"), ls)
        self.assertEqual(more, "ok served\n4097 slot2 VOL002L8\n"
                               "4098 slot3 -\n4099 slot4 -\n")
        self.assertEqual(new, "ok\n16 ie1 A1.tape\n")
        self.assertEqual(out, "ok\n16 ie1 A1.tape\n")

    def test_nobody_reads_the_reply(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind("")
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            for _ in range(100):
                s.sendto(b"ls", self.control)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            for _ in range(100): # no name: nowhere to send it
                s.sendto(b"ls", self.control)
        self.alive()

    def test_descriptors_are_not_taken(self):
        before = len(os.listdir(f"/proc/{self.server.pid}/fd"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.bind("")
            s.connect(self.control)
            s.settimeout(30)
            for _ in range(20):
                s.sendmsg([b"ls"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS,
                                     struct.pack("8i", *[0] * 8))])
                self.assertTrue(s.recv(65536).startswith(b"ok served\n"))
        self.assertEqual(len(os.listdir(f"/proc/{self.server.pid}/fd")), before)
        self.alive()

    def test_strangers(self):
        self.assertEqual(os.stat(self.control).st_mode & 0o7777, 0o600)
        if os.geteuid():
            return # only root can be somebody else
        os.chmod(self.folder, 0o755)
        program = os.path.join(self.folder, "scsiemu")
        shutil.copy(TOOL, program)
        args = [program, "library", self.dir, "eject", "VOL001L8"]

        def stranger():
            done = subprocess.run(args, capture_output=True, text=True,
                                  user=65534, group=65534, extra_groups=[],
                                  timeout=60, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            return done.stderr

        self.assertIn("another user serves it", stranger())
        os.chmod(self.control, 0o666)
        self.assertIn("only user 0 and root are its operators", stranger())
        self.assertEqual(self.ls()[1]["slot1"][1], "VOL001L8")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
