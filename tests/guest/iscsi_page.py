# SPDX-License-Identifier: BSD-2-Clause
"""iscsi_page.py BUILD: what docs/iscsi.md says is typed, as root: two targets,
one of them locked, and this kernel as the initiator of both."""
import os
import signal
import sys

import pages
import rig
import servers

FOLDER = "/tmp/iscsi"
SIZES = {64 << 11, 1 << 21} # in blocks of 512 bytes
LOCKED = ("iscsiadm", "-m", "node", "-T", "iqn.2026-11.org.example:locked")
NO_AUTHORIZATION = 24 # of iscsiadm


def disks():
    """Both, by size."""
    found = [rig.Disk(u) for u in rig.units()]
    if len(found) == len(SIZES) and all(rig.opens(d.sd) for d in found):
        return {int(d.block("size")): d for d in found}
    return None


def holds(disk):
    """What is written can be read."""
    data = os.urandom(4096)
    with open(FOLDER + "/data", "wb") as f:
        f.write(data)
    dd = ("dd", "bs=4096", "count=1", "status=none")
    rig.need(*dd, f"if={FOLDER}/data", f"of={disk.sd}", "oflag=direct")
    rig.need(*dd, f"if={disk.sd}", f"of={FOLDER}/back", "iflag=direct")
    with open(FOLDER + "/back", "rb") as f:
        if f.read() != data:
            raise servers.Failed(disk.sd + ": not what was written")


def main():
    os.makedirs(FOLDER)
    serve, attach = pages.blocks("iscsi.md", "sh")
    pid = rig.typed(sys.argv[1], FOLDER, serve)
    servers.wait_for(lambda: "listening on" in rig.read(FOLDER + "/log"), serve)
    with rig.initiator():
        rig.typed(sys.argv[1], FOLDER, attach)
        found = servers.wait_for(disks, "two disks")
        if set(found) != SIZES:
            raise servers.Failed(f"sizes {sorted(found)}")
        for disk in found.values():
            holds(disk)
        rig.need(*LOCKED, "--logout")
        rig.need(*LOCKED, "-o", "update", "-n", "node.session.auth.password",
                 "-v", "what nobody has said")
        status, out = rig.run(*LOCKED, "--login")
        if status != NO_AUTHORIZATION:
            raise servers.Failed(f"a wrong secret: status {status}\n{out}")
        rig.need("iscsiadm", "-m", "node", "-T",
                 "iqn.2026-11.org.example:open", "--logout")
    os.kill(pid, signal.SIGTERM)
    print("two targets, one of them locked, by the page")


servers.main(main)
