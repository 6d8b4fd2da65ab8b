# SPDX-License-Identifier: BSD-2-Clause
"""vhost_page.py BUILD: what docs/vhost-user.md says to type, typed: a back end,
a virtual machine, and under load the back end again."""
import os
import re
import signal

import pages
import qemu
import servers
import vmdisk

MODULES = ("virtio_pci", "virtio_scsi", "sd_mod")


class Typed(servers.Process):
    """What is left in the background by a line that was typed."""

    def __init__(self, build, folder, text):
        super().__init__(
            ["sh", "-c", f"cd {folder}\n{text}\necho pid $!\nwait $!"],
            env={"PATH": f"{build}/examples:{os.environ['PATH']}"})
        servers.wait_for(lambda: "waiting" in self.text(self.out), text,
                         self.alive)

    def stop(self, sig=signal.SIGTERM):
        pid = servers.wait_for(
            lambda: re.search(r"pid (\d+)", self.text(self.out)), "its pid")
        os.kill(int(pid.group(1)), sig)
        return self.child.wait(self.grace)


def run(build, folder):
    serve, machine = pages.blocks("vhost-user.md", "sh")

    def start():
        return Typed(build, folder, serve)

    back_end = start()
    try:
        with qemu.Guest(build, MODULES, (), command=f"cd {folder}\n"
                        f"exec {machine}") as guest:
            disk = vmdisk.name(guest, 0)
            vmdisk.expect(guest, f"cat /sys/block/{disk}/size",
                          str(1024 * vmdisk.MIB >> 9))
            back_end = vmdisk.killed(guest, disk, back_end, start)
        if back_end.stop():
            raise servers.Failed(back_end.text(back_end.err))
    finally:
        back_end.__exit__()
    print("the page's commands")


qemu.main(run)
