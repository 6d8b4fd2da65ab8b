# SPDX-License-Identifier: BSD-2-Clause
"""vhost_tape.py BUILD: what docs/vhost-user.md says to type for a library,
typed; Linux's st, mt, mtx and tar with its drive, a reset while one writes, and
a back end that is killed: what a filemark has acknowledged is there."""
import os
import signal

import pages
import qemu
import servers
import vmback

MODULES = ("virtio_pci", "virtio_scsi", "st", "ch", "sg")
PROGRAMS = ("mt", "mtx", "sg_reset", "tar")
NODES = " -a ".join("-c /dev/" + n for n in ("sch0", "sg0", "sg1", "nst0"))
# The shell would take busybox's.
OWN = 'mt() { /bin/mt -f /dev/nst0 "$@"; }; tar() { /bin/tar "$@"; }; '
TYPED = 'mt() { /bin/mt "$@"; }; tar() { /bin/tar "$@"; }; '
STATUS = ("SCSI 2 tape drive:\nFile number={}, block number={}, partition=0.\n"
          "Tape block size 0 bytes. Density code 0x0 (default).\n"
          "Soft error count since last status=0\n"
          "General status bits on ({}):\n {} ONLINE IM_REP_EN\n")
LOADED = "Loading media from Storage Element 1 into drive 0...done\n"
UNLOADED = "Unloading drive 0 into Storage Element 1...done\n"
SAVE, COMPARE = ("tar -C /tmp -cf /dev/nst0 a", 0, ""), \
    ("tar -C /tmp -df /dev/nst0", 0, "")


def at(block):
    return "mt tell", 0, f"At block {block}.\n"


# What is typed, its exit status and all that it says.
BACKUP = (
    ("mtx -f /dev/sg0 load 1 0", 0, LOADED),
    ("mt status", 0, STATUS.format(0, 0, "41010000", "BOT")),
    SAVE, at(11), ("mt weof 2", 0, ""), at(13), SAVE, at(24),
    ("mt status", 0, STATUS.format(4, 0, "81010000", "EOF")),
    ("mt bsf 2", 0, ""), at(12), ("mt fsf 1", 0, ""), COMPARE, at(23),
    ("mt fsr 1", 2, "/dev/nst0: Input/output error\n"), at(24),
    ("mt bsr 1", 2, "/dev/nst0: Input/output error\n"), at(23),
    ("mt rewind", 0, ""), COMPARE, ("mt eod", 0, ""), at(24),
    ("dd if=/tmp/a of=/dev/nst0 bs=100000", 0,
     "1+0 records in\n1+0 records out\n"), at(26),
)
# Nobody writes on at a place that the reset may have changed.
RESET = (
    ("exec 3>/dev/nst0; dd if=/tmp/a bs=10000 count=5 >&3; "
     "sg_reset --device /dev/sg1; dd if=/tmp/a bs=10000 count=5 >&3", 1,
     "5+0 records in\n5+0 records out\n"
     "dd: error writing 'standard output': Input/output error\n"
     "1+0 records in\n0+0 records out\n"),
    ("mt tell", 2, "/dev/nst0: Input/output error\n"),
    ("mt rewind", 0, ""), COMPARE, ("mt eod", 0, ""), at(31),
    ("mt weof", 0, ""), SAVE, at(43),
)
RECOVERED = (
    ("mt rewind", 0, ""), COMPARE, ("mt asf 3", 0, ""), at(13), COMPARE,
    ("mt asf 6", 0, ""), at(32), COMPARE, ("mt asf 7", 0, ""), at(43),
    SAVE, ("mt eod", 0, ""), at(54),
)
AFTERWARDS = (
    ("mtx -f /dev/sg0 unload 1 0", 0, UNLOADED),
    ("mtx -f /dev/sg0 transfer 2 25", 0, ""),
    ("mtx -f /dev/sg0 load 1 0", 0, LOADED),
    ("mt asf 7", 0, ""), COMPARE, at(53),
    ("mtx -f /dev/sg0 unload 1 0", 0, UNLOADED),
)


def talk(guest, lines, own=OWN):
    for line, status, words in lines:
        got = guest.run(own + line)
        if got != (status, words):
            raise servers.Failed(f"{line}: {got}, not {(status, words)}")


def full(guest):
    """Which storage elements have a cartridge."""
    out = guest.need("mtx -f /dev/sg0 status")
    return [line.split(":")[0].split()[2] for line in out.splitlines()
            if line.startswith("      Storage") and "Full" in line]


def killed(guest, cartridge, back_end, start):
    """kill -9 while tar writes behind what was acknowledged."""
    before = os.stat(cartridge).st_blocks
    guest.need("truncate -s 10G /tmp/big")
    guest.need("(/bin/tar -C /tmp -cf /dev/nst0 big; echo $?) >/tmp/end 2>&1 &")
    servers.wait_for(lambda: os.stat(cartridge).st_blocks > before + 8192,
                     "a writer")
    back_end.stop(signal.SIGKILL)
    back_end.__exit__()
    back_end = start()
    end = servers.wait_for(lambda: guest.run("grep -x '[0-9]*' /tmp/end")[1],
                           "the end of tar")
    out = guest.need("cat /tmp/end")
    if end != "2\n" or "Cannot write: Input/output error" not in out:
        raise servers.Failed(f"tar and a back end that was killed: {out}")
    return back_end


def test(guest, folder, typed, back_end, start):
    servers.wait_for(lambda: not guest.run("test " + NODES)[0], NODES)
    said = guest.need(TYPED + typed.strip().replace("\n", " && "))
    if said != LOADED + UNLOADED:
        raise servers.Failed(f"the page's commands: {said}")
    guest.need("head -c 100000 /dev/urandom >/tmp/a")
    talk(guest, BACKUP)
    talk(guest, RESET)
    back_end = killed(guest, os.path.join(folder, "tapes", "VOL001L8.tape"),
                      back_end, start)
    talk(guest, RECOVERED)
    if full(guest) != [str(n) for n in range(2, 25)]:
        raise servers.Failed(f"cartridges in {full(guest)}")
    talk(guest, AFTERWARDS)
    if full(guest) != ["1", *(str(n) for n in range(3, 26))]:
        raise servers.Failed(f"cartridges in {full(guest)}")
    return back_end


def run(build, folder):
    _, _, serve, typed = pages.blocks("vhost-user.md", "sh")

    def start():
        return vmback.Typed(build, folder, serve)

    back_end = start()
    try:
        with qemu.Guest(build, MODULES, PROGRAMS, "-chardev",
                        f"socket,id=c,path={folder}/vm.sock,reconnect-ms=100",
                        "-device", "vhost-user-scsi-pci,chardev=c",
                        linux=qemu.WHOLE) as guest:
            back_end = test(guest, folder, typed, back_end, start)
        if back_end.stop():
            raise servers.Failed(back_end.text(back_end.err))
    finally:
        back_end.__exit__()
    print("a library of a virtual machine")


qemu.main(run)
