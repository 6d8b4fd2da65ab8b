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
SEEDS, ENOUGH = (4, 5), 1 << 20
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


def busy(disk, loads):
    """All of them work, and the disk does."""
    def count():
        return int(disk.block("stat").split()[4])

    before = count()
    servers.wait_for(lambda: count() > before + 20, "writes",
                     lambda: all(one.alive() for one in loads))


def replugged(build, server, disk, loads):
    """The server that is the last one."""
    for end in ENDS:
        busy(disk, loads)
        port = server.port
        status = server.stop(end)
        if status not in (0, -end):
            raise servers.Failed(f"status {status}: {server.text(server.err)}")
        server.__exit__()
        server = server_at(build, port)
    busy(disk, loads)
    return server


def main():
    build = sys.argv[1]
    os.makedirs(MOUNT)
    with rig.initiator():
        server = server_at(build, 0)
        disk = rig.login(server, 1, FAST)[0]
        rig.need("mkfs.ext4", "-q", disk.sd)
        rig.need("mount", disk.sd, MOUNT)
        with load.loads(MOUNT, SEEDS, ENOUGH) as (made, loads):
            server = replugged(build, server, disk, loads)
            for one in loads:
                one.child.send_signal(signal.SIGTERM)
        rig.need("umount", MOUNT)
        rig.need("e2fsck", "-f", "-n", disk.sd)
        rig.need("mount", disk.sd, MOUNT)
        for file in made:
            load.check(*file)
        rig.need("umount", MOUNT)
        rig.logout()
        if server.stop():
            raise servers.Failed(server.text(server.err))
        server.__exit__()
        errors = list(filter(ERRORS.search, rig.need("dmesg").splitlines()))
    if errors:
        raise servers.Failed("\n".join(errors))
    print(f"{sum(count for _, _, count in made)} operations while the server "
          f"was replugged {len(ENDS)} times")


servers.main(main)
