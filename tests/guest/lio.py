# SPDX-License-Identifier: BSD-2-Clause
"""The kernel's own target (LIO) in the guest: devices of TCMU, with our
handler behind them, and fabrics in front."""
import contextlib
import os

import rig
import servers

CONFIGFS = "/sys/kernel/config"
TARGET = CONFIGFS + "/target"


def write(path, text):
    try:
        with open(path, "w", encoding="ascii") as f:
            f.write(text + "\n")
    except OSError as e:
        raise servers.Failed(f"{path}: {text}: {e.strerror}") from None


def modules(*names):
    modprobe = rig.read("/proc/sys/kernel/modprobe") # knows where they are
    rig.need(modprobe, "configfs")
    if not os.path.ismount(CONFIGFS):
        rig.need("mount", "-t", "configfs", "none", CONFIGFS)
    rig.need(modprobe, "-a", "target_core_mod", "target_core_user", *names)


class Device:
    """One device of the kernel's, named by our configuration string."""

    def __init__(self, name, **settings):
        self.name, self.config = name, f"scsiemu/{name}"
        self.folder = f"{TARGET}/core/user_0/{name}"
        os.makedirs(self.folder)
        settings = {"dev_config": self.config, "nl_reply_supported": "-1",
                    **settings}
        for key, value in settings.items():
            write(self.folder + "/control", f"{key}={value}")
        write(self.folder + "/enable", "1")

    def attrib(self, name, value):
        write(f"{self.folder}/attrib/{name}", value)

    def action(self, name, value):
        write(f"{self.folder}/action/{name}", value)

    def recover(self, start):
        """What docs/tcmu.md says to do when a handler has died."""
        self.action("block_dev", "1")
        self.action("reset_ring", "1")
        handler = start()
        self.action("block_dev", "0")
        return handler


class Handler(servers.Process):
    """Our program, serving."""

    def __init__(self, build, *arguments):
        super().__init__([os.path.join(build, "examples", "tcmu"),
                          *arguments])
        try:
            servers.wait_for(self.serves, " ".join(self.args), self.alive)
        except servers.Failed as e:
            err = self.text(self.err)
            self.__exit__()
            raise servers.Failed(f"{e}\n{err}") from None

    def serves(self):
        return self.text(self.out).count("serving ") >= len(self.args) - 1


@contextlib.contextmanager
def loopback(wwn, *devices):
    """The devices as LUNs of a local SCSI host; their folders in sysfs."""
    tpg = f"{TARGET}/loopback/{wwn}/tpgt_1"
    os.makedirs(tpg)
    write(tpg + "/nexus", wwn[:-1] + "f")
    before = rig.units()
    for lun, device in enumerate(devices):
        os.makedirs(f"{tpg}/lun/lun_{lun}")
        os.symlink(device.folder, f"{tpg}/lun/lun_{lun}/{device.name}")
    yield servers.wait_for(
        lambda: rig.attached(rig.units() - before, len(devices)), "disks")
    for lun, device in enumerate(devices):
        os.unlink(f"{tpg}/lun/lun_{lun}/{device.name}")
        os.rmdir(f"{tpg}/lun/lun_{lun}")
    write(tpg + "/nexus", "NULL")
    os.rmdir(tpg)
    os.rmdir(f"{TARGET}/loopback/{wwn}")


class Portal:
    """Where an iSCSI initiator finds it, as rig.login() wants to know."""

    def __init__(self, port):
        self.ports = [port]

    def alive(self):
        return True


@contextlib.contextmanager
def iscsi(*devices):
    """The devices as LUNs of the kernel's own iSCSI target, for anybody; how to
    log in to it."""
    portal = Portal(servers.free_port())
    target = f"{TARGET}/iscsi/{servers.IQN}"
    tpg = target + "/tpgt_1"
    where = f"{tpg}/np/127.0.0.1:{portal.ports[0]}"
    os.makedirs(where)
    for lun, device in enumerate(devices):
        os.makedirs(f"{tpg}/lun/lun_{lun}")
        os.symlink(device.folder, f"{tpg}/lun/lun_{lun}/{device.name}")
    for name, value in (("authentication", "0"), ("generate_node_acls", "1"),
                        ("demo_mode_write_protect", "0")):
        write(f"{tpg}/attrib/{name}", value)
    write(tpg + "/enable", "1")
    yield portal
    write(tpg + "/enable", "0")
    for lun, device in enumerate(devices):
        os.unlink(f"{tpg}/lun/lun_{lun}/{device.name}")
        os.rmdir(f"{tpg}/lun/lun_{lun}")
    for folder in (where, tpg, target):
        os.rmdir(folder)
