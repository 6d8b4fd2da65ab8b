# SPDX-License-Identifier: BSD-2-Clause
"""vhost_page.py BUILD: what docs/vhost-user.md says to type, typed: a back end,
a virtual machine, and under load the back end again."""
import pages
import qemu
import servers
import vmback
import vmdisk

MODULES = ("virtio_pci", "virtio_scsi", "sd_mod")


def run(build, folder):
    serve, machine, *_ = pages.blocks("vhost-user.md", "sh")

    def start():
        return vmback.Typed(build, folder, serve)

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
