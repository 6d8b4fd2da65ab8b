# SPDX-License-Identifier: BSD-2-Clause
"""tcmu_page.py BUILD: what docs/tcmu.md and docs/fabrics.md say to type, typed:
a local disk, a handler that dies, the kernel's iSCSI target."""
import os
import signal
import sys

import lio
import pages
import rig
import servers

FOLDER = "/tmp/page"
PORTAL, TARGET = "127.0.0.1:3261", "iqn.2026-11.org.example:a"


def sh(build, text):
    return rig.typed(build, FOLDER, text)


def disk():
    found = servers.wait_for(lambda: rig.attached(rig.units(), 1), "the disk")
    return found[0]


def holds(path, what):
    lio.write("/proc/sys/vm/drop_caches", "3")
    with open(path, "rb") as f:
        if f.read(len(what)) != what:
            raise servers.Failed(path + ": not what was written")


def main():
    build = sys.argv[1]
    os.makedirs(FOLDER)
    lio.modules("tcm_loop", "iscsi_target_mod", "sd_mod", "sg")
    local, _, died = pages.blocks("tcmu.md", "sh")
    names = local.split("\n", 1)[0] + "\n"
    iscsi = pages.blocks("fabrics.md", "sh")[0]

    handler = sh(build, local)
    kept = os.urandom(1 << 20)
    path = disk().sd
    with open(path, "r+b", buffering=0) as f:
        f.write(kept)
        os.fsync(f.fileno())
    os.kill(handler, signal.SIGKILL)
    handler = sh(build, names + died)
    holds(path, kept)

    sh(build, names + iscsi)
    with rig.initiator():
        node = ("iscsiadm", "-m", "node", "-T", TARGET, "-p", PORTAL)
        before = rig.units()
        rig.need("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p",
                 PORTAL)
        rig.need(*node, "--login")
        found = servers.wait_for(
            lambda: rig.attached(rig.units() - before, 1), "the other disk")
        holds(found[0].sd, kept)
        rig.need(*node, "--logout")
    os.kill(handler, signal.SIGTERM)
    print("the pages' commands")


servers.main(main)
