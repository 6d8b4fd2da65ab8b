# SPDX-License-Identifier: BSD-2-Clause
"""tape_killed.py BUILD [SEED]: backups by tar and Linux's st while the iSCSI
server is killed again and again: the kernel's session comes back, and what was
acknowledged is on the tape. The seed is printed."""
import glob
import os
import random
import signal
import sys

import backup
import rig
import servers

SEED = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 32)
FOLDER = "/tmp/library"
NEW = ",slots=2,ie=1,drives=1,size=1G"
KILLS = 4
# The kernel looks every second whether the server is there.
SETTINGS = (("node.conn[0].timeo.noop_out_interval", "1"),
            ("node.conn[0].timeo.noop_out_timeout", "1"))


class Library:
    """It is served, by one server after the other."""

    def __init__(self, build):
        self.build = build
        self.server = self.serve(0, NEW)

    def serve(self, port, new=""):
        exe = os.path.join(self.build, "examples", "iscsi-server")
        return servers.Server(
            [exe, "--portal", f"127.0.0.1:{port}", "--quiet", "--target",
             servers.IQN, f"library:dir={FOLDER}{new}"])

    def replace(self):
        old = self.server
        old.stop(signal.SIGKILL)
        self.server = self.serve(old.port)
        old.__exit__()

    def end(self):
        if self.server.stop():
            raise servers.Failed(self.server.text(self.server.err))
        self.server.__exit__()


def sessions():
    return [rig.read(path + "/state")
            for path in glob.glob("/sys/class/iscsi_session/*")]


def main():
    print(f"seed {SEED}", flush=True)
    library = Library(sys.argv[1])
    with rig.initiator():
        units = rig.login(library.server, 2, SETTINGS)
        changer, drive = units[0], units[1]
        rig.need("mtx", "-f", changer.sg, "load", "1", "0")
        b = backup.Backup(drive.sd, FOLDER + "/VOL001L8.tape", SEED)
        for _ in range(KILLS):
            b.survive(library.replace)
            if sessions() != ["LOGGED_IN"]:
                raise servers.Failed(f"sessions: {sessions()}")
        b.finish()
        out = rig.need("mtx", "-f", changer.sg, "unload", "1", "0")
        if out != "Unloading drive 0 into Storage Element 1...done\n":
            raise servers.Failed(out)
        rig.logout()
    library.end()
    print(f"{b.closed} archives, {KILLS} servers killed")


servers.main(main)
