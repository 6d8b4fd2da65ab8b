# SPDX-License-Identifier: BSD-2-Clause
"""replug.py BUILD: the server goes away and comes back on its port, again and
again, under loads on a file system: none of them, and no file system, notices."""
import os
import re
import signal
import sys

import load
import rig
import servers

IMAGE, MOUNT = "/tmp/image", "/tmp/mnt"
SEEDS = (4, 5)
# SIGTERM: logged out in order.
ENDS = (signal.SIGKILL, signal.SIGTERM, signal.SIGKILL)
ERRORS = re.compile(r"I/O error|EXT4-fs error|offline|remount")
FAST = (("node.conn[0].timeo.noop_out_interval", "1"),
        ("node.conn[0].timeo.noop_out_timeout", "1"))


def server_at(build, port):
    exe = os.path.join(build, "examples", "iscsi-server")
    return servers.Server([exe, "--portal", f"127.0.0.1:{port}", "--quiet",
                           "--target", servers.IQN,
                           f"disk:path={IMAGE},size=128M,thin"])


def replugged(build, server, disk, loads):
    """The server that is the last one."""
    for end in ENDS:
        load.busy(disk, loads)
        port = server.port
        status = server.stop(end)
        if status not in (0, -end):
            raise servers.Failed(f"status {status}: {server.text(server.err)}")
        server.__exit__()
        server = server_at(build, port)
    load.busy(disk, loads)
    return server


def main():
    build = sys.argv[1]
    os.makedirs(MOUNT)
    with rig.initiator():
        server = server_at(build, 0)
        disk = rig.login(server, 1, FAST)[0]
        with load.unnoticed(disk, MOUNT, SEEDS) as loads:
            server = replugged(build, server, disk, loads)
        rig.logout()
        if server.stop():
            raise servers.Failed(server.text(server.err))
        server.__exit__()
        errors = list(filter(ERRORS.search, rig.need("dmesg").splitlines()))
    if errors:
        raise servers.Failed("\n".join(errors))
    print(f"the server was replugged {len(ENDS)} times")


servers.main(main)
