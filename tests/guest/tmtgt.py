# SPDX-License-Identifier: BSD-2-Clause
"""tmtgt.py BUILD: what docs/tmtgt.md says is typed, and this kernel as the
initiator SENDs messages to it."""
import glob
import os
import signal
import sys

import pages
import rig
import servers

FOLDER = "/tmp/tmtgt"
PORTAL, TARGET = "127.0.0.1:3260", "iqn.2026-11.org.scsiemu:tmtgt"
INITIATOR = "iqn.2026-11.org.example:a"
PROCESSOR = "3" # peripheral device type


def log():
    with open(FOLDER + "/log", "rb") as f:
        return f.read()


def processors():
    return [os.path.basename(glob.glob(path + "/scsi_generic/*")[0])
            for path in rig.units()
            if rig.read(path + "/type") == PROCESSOR and
            glob.glob(path + "/scsi_generic/*")]


def send(sg, message):
    with open(FOLDER + "/message", "wb") as f:
        f.write(message)
    cdb = bytes((0x0a, 0, *len(message).to_bytes(3, "big"), 0))
    rig.need("sg_raw", "-s", str(len(message)), "-i", FOLDER + "/message",
             "/dev/" + sg, *cdb.hex(" ").split())


def main():
    build = sys.argv[1]
    os.makedirs(FOLDER)
    text, = pages.blocks("tmtgt.md", "sh")
    pid = rig.typed(build, FOLDER, text.strip() + " &")
    servers.wait_for(lambda: b"listening on" in log(), text)
    messages = (b"hello", bytes(range(1, 251)) * 40)
    with rig.initiator(INITIATOR):
        node = ("iscsiadm", "-m", "node", "-T", TARGET, "-p", PORTAL)
        rig.need("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p",
                 PORTAL)
        rig.need(*node, "--login")
        sg, = servers.wait_for(processors, "the processor")
        rig.run("sg_raw", "/dev/" + sg, *["00"] * 6) # power on
        for m in messages:
            send(sg, m)
        rig.need(*node, "--logout")
    os.kill(pid, signal.SIGTERM)
    want = b"".join(b"3 %d\n%s\n" % (len(m), m) for m in messages)
    got = log().split(b"\n", 1)[1]
    if got != want:
        raise servers.Failed(f"{got!r}")
    print("messages to target mode buffers")


servers.main(main)
