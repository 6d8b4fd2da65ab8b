# SPDX-License-Identifier: BSD-2-Clause
"""targ.py BUILD: the program targ on a /dev/targ of this kernel, behind which
targ_cuse plays FreeBSD's driver and an initiator. What docs/targ.md says is
typed."""
import os
import subprocess
import sys
import time

import pages
import rig
import servers

NODE, FOLDER = "/dev/targ", "/tmp/targ"


def wait_for(path, server):
    """CUSE makes the node when its server has answered."""
    while not os.path.exists(path):
        if server.poll() is not None:
            raise servers.Failed("targ_cuse ended early")
        time.sleep(0.01)


def main():
    build = sys.argv[1]
    rig.need(rig.read("/proc/sys/kernel/modprobe"), "cuse")
    program = os.path.join(build, "examples/targ")
    with subprocess.Popen([os.path.join(build, "tests/guest/targ_cuse")]) \
            as server:
        wait_for(NODE, server)
        taken = os.open(NODE, os.O_RDWR)
        status, out = rig.run(program, "0:0:0", "disk:mem,size=1M")
        if status != 1 or "all are in use" not in out:
            raise servers.Failed(f"taken: status {status}\n{out}")
        os.close(taken)
        page, = pages.blocks("targ.md", "sh")
        rig.stand_in(FOLDER, "camcontrol")
        rig.typed(build, FOLDER, page)
        out = rig.read(FOLDER + "/log")
        if "serving 0:0:0: disk a.img, 1 GiB" not in out:
            raise servers.Failed(out)
        if server.wait(rig.SECONDS):
            raise servers.Failed("the driver was not content")
    rig.need("test", "!", "-e", NODE)
    with open(FOLDER + "/a.img", "rb") as f:
        image = f.read(65536)
    if image != bytes((i * 3 + (i >> 8)) & 0xff for i in range(65536)):
        raise servers.Failed("the medium has other data")
    status, out = rig.run(program, "0:0:0", "disk:mem,size=1M")
    if status != 1 or "there is no targ(4)" not in out:
        raise servers.Failed(f"without a driver: status {status}\n{out}")
    print("a disk behind targ(4)")


servers.main(main)
