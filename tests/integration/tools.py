# SPDX-License-Identifier: BSD-2-Clause
"""tools.py BUILD: the programs people use with an iSCSI disk, against our
server: iscsi-ls, iscsi-inq, iscsi-readcapacity16, and qemu-img copying an
image in, out, and comparing it."""
import os
import shutil
import subprocess
import sys
import tempfile

import servers

SIZE = 48 << 20


def run(*args):
    if not shutil.which(args[0]):
        raise servers.Failed(f"{args[0]} is not installed")
    done = subprocess.run(args, capture_output=True, text=True, check=False,
                          errors="replace", timeout=120)
    if done.returncode:
        raise servers.Failed(f"{' '.join(args)}: status {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout


def expect(text, *words):
    for w in words:
        if w not in text:
            raise servers.Failed(f"{w!r} is not in:\n{text}")


def same(a, b):
    """Byte for byte: qemu-img compare would forgive zeros and lengths."""
    with open(a, "rb") as x, open(b, "rb") as y:
        if x.read() != y.read():
            raise servers.Failed(f"{a} and {b} differ")


def image(path):
    """Data, a hole and zeros, so that the copy has something to skip."""
    with open(path, "wb") as f:
        f.write(os.urandom(9 << 20))
        f.seek(30 << 20)
        f.write(bytes(1 << 20) + os.urandom(7 << 20))
        f.truncate(SIZE)


def look(server, url):
    expect(run("iscsi-ls", "-s", f"iscsi://127.0.0.1:{server.port}"),
           servers.IQN, "Lun:0", "Lun:1")
    expect(run("iscsi-inq", url + "0"), "DIRECT_ACCESS", "Vendor:")
    expect(run("iscsi-inq", "-e", "1", "-c", "128", url + "0"), "SN-0001")
    expect(run("iscsi-readcapacity16", url + "0"),
           f"RETURNED LOGICAL BLOCK ADDRESS:{SIZE // 512 - 1}",
           "LOGICAL BLOCK LENGTH IN BYTES:512")


def copy(url, folder):
    source, back = (os.path.join(folder, n) for n in ("source", "back"))
    image(source)
    for lun in ("0", "1"):
        run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", source,
            url + lun)
        run("qemu-img", "compare", "-f", "raw", "-F", "raw", source,
            url + lun)
        run("qemu-img", "convert", "-f", "raw", "-O", "raw", url + lun, back)
        same(source, back)
    # From one logical unit to the other, through the client.
    run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", url + "0",
        url + "1")
    run("qemu-img", "compare", "-f", "raw", "-F", "raw", url + "0", url + "1")
    return source


def main():
    with tempfile.TemporaryDirectory() as folder:
        disk = os.path.join(folder, "disk.img")
        devices = (f"0=disk:path={disk},size={SIZE >> 20}M,thin,"
                   "serial=SN-0001",
                   f"1=disk:mem,size={SIZE >> 20}M,thin,block=4096")
        with servers.iscsi_server(sys.argv[1], *devices) as server:
            url = f"iscsi://127.0.0.1:{server.port}/{servers.IQN}/"
            look(server, url)
            source = copy(url, folder)
            if server.stop():
                raise servers.Failed(server.text(server.err))
        same(source, disk)


if __name__ == "__main__":
    servers.main(main)
