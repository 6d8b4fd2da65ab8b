# SPDX-License-Identifier: BSD-2-Clause
"""A disk in a guest of QEMU's: what every way to bring it there is tested
with."""
import signal

import servers

MIB = 1 << 20
# Of the writers that a back end dies under.
WRITERS, WRITES, BLOCK = 4, 150, 8192


def expect(guest, command, *lines):
    out = guest.need(command)
    for line in lines:
        if line not in out:
            raise servers.Failed(f"{command}: no \"{line}\":\n{out}")


def name(guest, lun):
    """The kernel's, which looks at all at the same time."""
    block = f"/sys/bus/scsi/devices/?:0:0:{lun}/block"
    return servers.wait_for(lambda: guest.run("ls " + block)[1].strip(),
                            f"LUN {lun}")


def written(guest, disk):
    """Writes that have ended."""
    return int(guest.need(f"cat /sys/block/{disk}/stat").split()[4])


def killed(guest, disk, back_end, again):
    """kill -9, twice, while several write: whoever wrote has not noticed, and
    all of it is there. What is in memory alone would be lost with it."""
    before = written(guest, disk)
    guest.need(f"dd if=/dev/urandom of=/tmp/data bs={BLOCK} "
               f"count={WRITERS * WRITES}")
    for n in range(WRITERS):
        at = n * WRITES
        guest.need(f"(dd if=/tmp/data of=/dev/{disk} bs={BLOCK} count={WRITES} "
                   f"skip={at} seek={at} oflag=direct; echo $? >/tmp/end{n}) "
                   f">/dev/null 2>&1 &")
    for part in (1, 2):
        least = before + part * WRITERS * WRITES // 3
        servers.wait_for(lambda: written(guest, disk) >= least, "writes")
        back_end.stop(signal.SIGKILL)
        back_end.__exit__()
        back_end = again()
    servers.wait_for(lambda: guest.run("cat /tmp/end?")[1].split() ==
                     ["0"] * WRITERS, "the end of all writes")
    expect(guest, f"head -c {WRITERS * WRITES * BLOCK} /dev/{disk} | "
           "cmp - /tmp/data && echo same", "same")
    return back_end
