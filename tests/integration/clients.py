# SPDX-License-Identifier: BSD-2-Clause
"""clients.py BUILD: what clients do beyond copying an image: CHAP, software
write protection, identities that differ, FUA, zeroes and discard with blocks
of 512 and 4096 bytes, qcow2 on a logical unit, several clients at once."""
import contextlib
import os
import re
import subprocess
import sys
import tempfile

import servers
from tools import expect, run

SECRETS = {"user": "one-way-secret", "answer": "mutual-secret"}


def refused(why, *args):
    done = subprocess.run(args, capture_output=True, text=True, check=False,
                          timeout=120)
    if not done.returncode:
        raise servers.Failed(f"{' '.join(args)} was not refused")
    expect(done.stdout + done.stderr, why)


def qemu_io(*args):
    # qemu-io goes on after a pattern that differs, and says so.
    out = run("qemu-io", *args)
    if "failed" in out:
        raise servers.Failed(f"{' '.join(args)}:\n{out}")
    return out


def commands(*text):
    return [a for t in text for a in ("-c", t)]


def url(server, lun, iqn=servers.IQN, user=""):
    return f"iscsi://{user}127.0.0.1:{server.port}/{iqn}/{lun}"


def chap(build, folder):
    for name, secret in SECRETS.items():
        path = os.path.join(folder, name)
        with open(path, "w", encoding="ascii") as f:
            f.write(secret)
        os.chmod(path, 0o600)
    args = ("--chap", f"joe:{folder}/user", "--mutual", f"tgt:{folder}/answer",
            "disk:mem,size=1M")
    with servers.iscsi_server(build, *args) as server:
        good = url(server, 0, user=f"joe%{SECRETS['user']}@")
        mutual = f"{good}?target_user=tgt&target_password="
        expect(run("iscsi-inq", good), "DIRECT_ACCESS")
        expect(run("iscsi-inq", mutual + SECRETS["answer"]), "DIRECT_ACCESS")
        expect(run("iscsi-inq", good + "?header_digest=crc32c"),
               "DIRECT_ACCESS")
        refused("Invalid CHAP_R", "iscsi-inq", mutual + "not-this-secret")
        for user in ("", "joe%not-this-secret@", "jim%one-way-secret@"):
            refused("Authentication failure", "iscsi-inq",
                    url(server, 0, user=user))


def naa(address):
    out = run("iscsi-inq", "-e", "1", "-c", str(0x83), address)
    return re.search(r"\[(naa\.[0-9a-f]{16})\]", out).group(1)


def identity(build):
    """No two logical units look like paths to one, today and tomorrow."""
    seen = []
    for _ in range(2):
        with servers.iscsi_server(
                build, "disk:null,size=1M", "disk:null,size=1M", "--target",
                servers.IQN + "2", "disk:null,size=1M") as server:
            seen.append([naa(url(server, 0)), naa(url(server, 1)),
                         naa(url(server, 0, servers.IQN + "2"))])
    if seen[0] != seen[1] or len(set(seen[0])) != 3:
        raise servers.Failed(f"designators: {seen}")


def protection(server):
    address = url(server, 2)
    write = ("qemu-io", "-f", "raw", *commands("write -P 1 0 4k"))
    for state in ("on", "off"):
        run("iscsi-swp", "--swp", state, address)
        expect(run("iscsi-swp", address), "SWP:" + str(int(state == "on")))
        if state == "on":
            refused("write protected", *write, address)
    qemu_io(*write[1:], address)
    refused("write protected", *write, url(server, 3))
    qemu_io("-r", "-f", "raw", *commands("read -P 0 0 1M"), url(server, 3))


def inout(server, lun):
    """Reads of 16 KiB here and below: before a larger one QEMU 7.2 asks itself
    for the status of 2^31 - 512 bytes, and asserts (block/iscsi.c, 711) that
    they are whole blocks, which they are not with 4096 bytes."""
    options = ",".join((
        "driver=raw", "discard=unmap", "detect-zeroes=unmap",
        "file.driver=iscsi", "file.transport=tcp",
        f"file.portal=127.0.0.1:{server.port}", f"file.target={servers.IQN}",
        f"file.lun={lun}", "file.header-digest=crc32c"))
    qemu_io("--image-opts", options, *commands(
        "write -P 1 0 8M", "write -f -P 2 1M 64k", "read -P 2 1M 16k",
        "write -z 2M 1M", "read -P 0 2M 16k", "write -z -u 3M 1M",
        "read -P 0 3M 16k", "write -P 0 4M 1M", "read -P 0 4M 16k",
        "write -P 3 512 1k", "read -P 3 512 1k", "read -P 1 0 512",
        "read -P 1 1536 2560", "write -P 4 8191 3", "read -P 4 8191 3",
        "discard 5M 1M", "read -P 1 6M 16k", "aio_write -P 9 8M 4M",
        "aio_read 0 8M", "aio_flush", "read -P 9 8M 16k", "flush"))
    if lun != 2:  # thin: what was discarded is zeroes
        qemu_io("--image-opts", options, *commands("read -P 0 5M 16k"))
    refused("failed", "qemu-io", "--image-opts", options,
            *commands("read 64M 4k"))


def qcow2(server):
    address = url(server, 0)
    run("qemu-img", "create", "-f", "qcow2", address, "32M")
    qemu_io("-f", "qcow2", *commands("write -P 6 0 16M", "discard 1M 1M",
                                     "read -P 6 3M 1M"), address)
    run("qemu-img", "snapshot", "-c", "s1", address)
    expect(run("qemu-img", "check", "-f", "qcow2", address), "No errors")


def together(server, lun, clients=6):
    """Each client has its stripes of the same megabytes."""
    def work(i):
        cmds = [f"{verb} -P {i + 1} {(n * clients + i) * 16}k 16k"
                for verb in ("aio_write", "read") for n in range(64)]
        cmds.insert(64, "aio_flush")
        return ["qemu-io", "-f", "raw", *commands(*cmds), url(server, lun)]

    with contextlib.ExitStack() as stack:
        all_of = [stack.enter_context(subprocess.Popen(
            work(i), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)) for i in range(clients)]
        outs = [p.communicate(timeout=120)[0] for p in all_of]
    for p, out in zip(all_of, outs):
        if p.returncode or "failed" in out:
            raise servers.Failed(f"one of {clients} clients:\n{out}")
    qemu_io("-f", "raw", *commands(*(
        f"read -P {n % clients + 1} {n * 16}k 16k"
        for n in range(64 * clients))), url(server, lun))


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        chap(build, folder)
        identity(build)
        fixed, locked = (os.path.join(folder, n) for n in ("disk", "locked"))
        with open(locked, "wb") as f:
            f.truncate(1 << 20)
        devices = ("disk:mem,size=64M,thin,exponent=3",
                   "disk:mem,size=64M,thin,block=4096",
                   f"disk:path={fixed},size=64M", f"disk:path={locked},readonly")
        with servers.iscsi_server(build, *devices) as server:
            protection(server)
            for lun in (0, 1, 2):
                inout(server, lun)
                together(server, lun)
            qcow2(server)
            if server.stop():
                raise servers.Failed(server.text(server.err))


if __name__ == "__main__":
    servers.main(main)
