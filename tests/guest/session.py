# SPDX-License-Identifier: BSD-2-Clause
"""session.py BUILD: the kernel's sessions with our server: digests, CHAP, a
logical unit reset, and a server that dies under load and comes again."""
import os
import signal
import subprocess
import sys

import rig
import servers

SECRETS = {"joe": "one-way-secret", "tgt": "mutual-secret-1"}
IMAGE = "/tmp/image"
MIB = 1 << 20


def pattern(n):
    """A block of 4096 bytes that no other is equal to."""
    return n.to_bytes(8, "big") * 512


def write(disk, count, seed):
    """So many blocks, all on the medium when it returns."""
    fd = os.open(disk.sd, os.O_WRONLY)
    for n in range(count):
        os.pwrite(fd, pattern(seed + n), 4096 * n)
    os.fsync(fd)
    os.close(fd)


def verify(disk, count, seed):
    with open("/proc/sys/vm/drop_caches", "w", encoding="ascii") as f:
        f.write("3\n")
    with open(disk.sd, "rb") as f:
        for n in range(count):
            if f.read(4096) != pattern(seed + n):
                raise servers.Failed(f"{disk.sd}: block {n} differs")


def secret(name):
    path = f"/tmp/{name}"
    with open(path, "w", encoding="ascii") as f:
        f.write(SECRETS[name])
    os.chmod(path, 0o600)
    return f"{name}:{path}"


def settings(build):
    """Digests, and CHAP both ways."""
    auth = "node.session.auth."
    chosen = (
        ("node.conn[0].iscsi.HeaderDigest", "CRC32C"),
        ("node.conn[0].iscsi.DataDigest", "CRC32C"),
        ("node.session.iscsi.InitialR2T", "Yes"),
        ("node.session.iscsi.ImmediateData", "No"),
        (auth + "authmethod", "CHAP"),
        (auth + "username", "joe"), (auth + "password", SECRETS["joe"]),
        (auth + "username_in", "tgt"), (auth + "password_in", SECRETS["tgt"]))
    with servers.iscsi_server(build, "--chap", secret("joe"), "--mutual",
                              secret("tgt"), "disk:mem,size=64M") as server:
        disks = rig.login(server, 1, chosen)
        write(disks[0], 4096, 7)
        verify(disks[0], 4096, 7)
        show = rig.need("iscsiadm", "-m", "session", "-P", "2")
        rig.logout()
        for line in ("HeaderDigest: CRC32C", "DataDigest: CRC32C",
                     "InitialR2T: Yes", "ImmediateData: No"):
            if line not in show:
                raise servers.Failed(f"{line} is not in:\n{show}")
        wrong = chosen[:-1] + ((auth + "password_in", "not-this-secret"),)
        try:
            rig.login(server, 1, wrong)
        except servers.Failed as e:
            if "non-retryable" not in str(e):
                raise
        else:
            raise servers.Failed("a target with a wrong secret was believed")


def server_at(build, port):
    exe = os.path.join(build, "examples", "iscsi-server")
    return servers.Server([exe, "--portal", f"127.0.0.1:{port}", "--quiet",
                           "--target", servers.IQN,
                           f"disk:path={IMAGE},size=64M"])


def dies(build):
    """It is killed while blocks are written; the kernel waits, logs in to the
    next one, and who wrote has not noticed."""
    with server_at(build, 0) as server:
        disk = rig.login(server, 1, (
            ("node.conn[0].timeo.noop_out_interval", "1"),
            ("node.conn[0].timeo.noop_out_timeout", "1")))[0]
        with subprocess.Popen(
                ["dd", "if=/dev/zero", f"of={disk.sd}", "bs=64k",
                 "count=512", "oflag=direct", "status=none"]) as writer:
            servers.wait_for(lambda: os.stat(IMAGE).st_blocks > 4096, "blocks")
            server.stop(signal.SIGKILL)
            if writer.poll() is not None:
                raise servers.Failed("dd ended before the server")
            with server_at(build, server.port) as again:
                if writer.wait(60):
                    raise servers.Failed("dd failed")
                write(disk, 1024, 99)
                rig.need("sg_reset", "-d", disk.sg)
                verify(disk, 1024, 99)
                rig.logout()
                if again.stop():
                    raise servers.Failed(again.text(again.err))


def main():
    with rig.initiator():
        settings(sys.argv[1])
        dies(sys.argv[1])


servers.main(main)
