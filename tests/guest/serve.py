# SPDX-License-Identifier: BSD-2-Clause
"""serve.py BUILD: `./dev serve` says what to type at its disk and its library.
Here it is typed, line by line, at the server that it starts."""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys

import rig
import servers

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FOLDER = "/tmp/serve"
WANT = (
    "Storage Element 1:Full :VolumeTag=VOL001L8",
    "Loading media from Storage Element 1 into drive 0...done",
    "File number=0, block number=0",
    "docs/changer.md",
    "Unloading drive 0 into Storage Element 1...done",
    "VOL002L8",
    "inserted into ie2",
    "ejected from ie1",
)


def shown():
    """(lines to type, arguments of iscsi-server) of ./dev serve."""
    with open(os.path.join(ROOT, "dev"), encoding="utf-8") as f:
        text = re.search(r"^serve\(\) \{\n.*?^\}\n", f.read(),
                         re.M | re.S).group()
    iqn = re.search(r"iqn=(\S+)", text).group(1)
    page = re.search(r"<<-EOT\n(.*?)\tEOT\n", text, re.S).group(1)
    page = page.replace("\\$", "\0").replace("$iqn", iqn).replace("\0", "$")
    command = text[text.rindex("exec build/"):].rsplit("}", 1)[0]
    args = shlex.split(command.replace("\\\n", "").replace("$iqn", iqn))
    body = page[page.index("Try, "):]
    return re.findall(r"^\t  (.*)$", body, re.M), args[2:]


def prepare(build):
    """The folder that the lines are typed in, as if it were the tree."""
    os.makedirs(FOLDER + "/demo")
    os.chdir(FOLDER)
    with open("demo/disk.img", "wb") as f:
        f.truncate(1 << 30)
    shutil.copytree(os.path.join(ROOT, "docs"), "docs")
    with open("dev", "w", encoding="ascii") as f:
        f.write(f'#!/bin/sh\nshift\nexec {build}/tools/scsiemu/scsiemu "$@"\n')
    os.chmod("dev", 0o755)


def drives():
    """{LUN: folder} of what has a node of its driver, if all have."""
    found = {int(p.split("/")[-2].rsplit(":", 1)[1]): p
             for p in glob.glob("/sys/class/scsi_device/*/device")
             if os.path.exists(p + "/scsi_generic")}
    tapes = glob.glob("/sys/class/scsi_tape/nst[01]")
    return found if len(found) == 4 and len(tapes) == 2 else None


def link(lun, name, node):
    folder = "/dev/tape/by-path"
    os.makedirs(folder, exist_ok=True)
    os.symlink("/dev/" + node, f"{folder}/{name}-lun-{lun}")


def stand_in_for_udev(name):
    """Its rules for tapes and changers (60-persistent-storage-tape)."""
    for lun, path in servers.wait_for(drives, "LUNs").items():
        kind = rig.read(path + "/type")
        if kind == "8":
            node, = os.listdir(path + "/scsi_generic")
            link(f"{lun}-changer", name, node)
        for node in os.listdir(path + "/scsi_tape") if kind == "1" else ():
            if re.fullmatch(r"nst\d+", node):
                link(f"{lun}-nst", name, node)


def typed(lines):
    done = subprocess.run(["sh", "-e", "-c", "\n".join(lines)],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False,
                          timeout=300)
    if done.returncode:
        raise servers.Failed("\n".join(lines) + "\n" + done.stdout)
    return done.stdout


def main():
    build = sys.argv[1]
    lines, args = shown()
    prepare(build)
    login = next(i for i, line in enumerate(lines)
                 if line.endswith("--login")) + 1
    name = next(line for line in lines if line.startswith("lun=")) \
        .rsplit("/", 1)[1].removesuffix("-lun")
    with rig.initiator(), servers.Server(
            [f"{build}/examples/iscsi-server", *args]):
        out = typed(lines[:login])
        stand_in_for_udev(name)
        out += typed(lines[login:])
    for words in WANT:
        if words not in out:
            raise servers.Failed(f"{words} is not in:\n{out}")


servers.main(main)
