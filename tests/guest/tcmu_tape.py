# SPDX-License-Identifier: BSD-2-Clause
"""tcmu_tape.py BUILD: a library and its drive behind the kernel's target by
TCMU, as docs/tcmu.md has it typed, reached through its loopback: mtx, Linux's
st, mt and tar, and handlers that are killed under a backup."""
import hashlib
import os
import signal
import sys

import backup
import lio
import pages
import rig
import servers

FOLDER = "/tmp/page"
HANDLER = "tcmu scsiemu/l=library:dir=tapes &"
KILLS, SEED = 2, 7
# The loopback takes 256 pieces of memory in a command, and those of a reader
# may be of one page each.
LENGTHS, ROOM = (1000, 65536, 1 << 18), 1 << 19


def expect(what, is_, should):
    if is_ != should:
        raise servers.Failed(f"{what}: {is_!r}, not {should!r}")


def records(tape):
    """Of several lengths, each read into more room than it needs: the kernel
    is told how much came, beside the sense."""
    written = [os.urandom(n) for n in LENGTHS]
    with open(tape, "r+b", buffering=0) as f:
        for record in written:
            expect("bytes written", f.write(record), len(record))
    rig.need("mt", "-f", tape, "rewind")
    with open(tape, "rb", buffering=0) as f:
        for record in written:
            got = f.read(ROOM)
            expect("length of a record", len(got), len(record))
            expect("a record", hashlib.sha256(got).digest(),
                   hashlib.sha256(record).digest())
        expect("behind the last one", f.read(ROOM), b"") # a filemark
    rig.need("mt", "-f", tape, "rewind")
    rig.need("mt", "-f", tape, "fsf", "1")
    expect("tell", rig.need("mt", "-f", tape, "tell"), "At block 4.\n")


def tar(tape):
    os.makedirs("/tmp/tree/a")
    for i in range(20):
        with open(f"/tmp/tree/a/{i}", "wb") as f:
            f.write(os.urandom(i * 3001))
    rig.need("mt", "-f", tape, "rewind")
    rig.need("tar", "-C", "/tmp/tree", "-cf", tape, "a")
    rig.need("mt", "-f", tape, "rewind")
    os.makedirs("/tmp/back")
    rig.need("tar", "-C", "/tmp/back", "-xf", tape)
    rig.need("diff", "-r", "/tmp/tree/a", "/tmp/back/a")


def serving():
    """How many devices, from the first handler on."""
    return rig.read(FOLDER + "/log").count("serving ")


def replace(build, pid):
    """kill -9, and what docs/tcmu.md says to do then: the next handler's
    pid."""
    before = serving()
    os.kill(pid, signal.SIGKILL)
    actions = [f"{lio.TARGET}/core/user_0/{name}/action/"
               for name in ("l", "l0")]
    for name in "block_dev", "reset_ring":
        for folder in actions:
            lio.write(folder + name, "1")
    pid = rig.typed(build, FOLDER, HANDLER)
    servers.wait_for(lambda: serving() == before + 2, "the handler")
    for folder in actions:
        lio.write(folder + "block_dev", "0")
    return pid


def killed(build, tape, pid):
    """The last handler's pid."""
    b = backup.Backup(tape, FOLDER + "/tapes/VOL001L8.tape", SEED)
    pids = [pid]
    for _ in range(KILLS):
        b.survive(lambda: pids.append(replace(build, pids[-1])))
    b.finish()
    return pids[-1]


def main():
    build = sys.argv[1]
    os.makedirs(FOLDER)
    lio.modules("tcm_loop", "st", "ch", "sg")
    _, page, _ = pages.blocks("tcmu.md", "sh")
    pid = rig.typed(build, FOLDER, page)
    units = servers.wait_for(lambda: rig.attached(rig.units(), 2), "the units")
    changer, drive = units[0], units[1]
    expect("types", (changer.type, drive.type), ("8", "1"))
    expect("mtx", rig.need("mtx", "-f", changer.sg, "load", "2", "0"),
           "Loading media from Storage Element 2 into drive 0...done\n")
    records(drive.sd)
    tar(drive.sd)
    expect("mtx", rig.need("mtx", "-f", changer.sg, "unload", "2", "0"),
           "Unloading drive 0 into Storage Element 2...done\n")
    rig.need("mtx", "-f", changer.sg, "load", "1", "0")
    pid = killed(build, drive.sd, pid)
    expect("mtx", rig.need("mtx", "-f", changer.sg, "unload", "1", "0"),
           "Unloading drive 0 into Storage Element 1...done\n")
    os.kill(pid, signal.SIGTERM)
    print(f"a library by TCMU, the loopback, {KILLS} handlers killed")


servers.main(main)
