# SPDX-License-Identifier: BSD-2-Clause
"""What tests inside the guest share: our server with its logical units, and
the Linux initiator that logs in to it."""
import contextlib
import glob
import os
import re
import signal
import subprocess

import servers

INITIATOR = "iqn.2026-01.org.libscsiemu:guest"
SECONDS = 60


def run(*args, env=None, seconds=SECONDS):
    """(exit status, standard output and error) of a program; 124: of one
    that did not end by itself."""
    done = subprocess.run(["timeout", str(seconds), *args],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False,
                          env={**os.environ, **(env or {})})
    return done.returncode, done.stdout.decode(errors="replace")


def need(*args):
    """Its output; a program that fails ends the test."""
    status, out = run(*args)
    if status:
        raise servers.Failed(f"{' '.join(args)}: status {status}\n{out}")
    return out


def read(path):
    with open(path, encoding="ascii", errors="replace") as f:
        return f.read().strip()


def stand_in(folder, *names):
    """Programs of another system, for typed() in this folder: they do
    nothing."""
    os.makedirs(folder + "/bin")
    for name in names:
        os.symlink(need("which", "true").strip(), f"{folder}/bin/{name}")


def typed(build, folder, text):
    """What a page says, typed in one go; the pid of what it left in the
    background, or 0. Its output is added to folder/log."""
    with open(folder + "/log", "ab") as log:
        done = subprocess.run(
            ["sh", "-e", "-c", text + "\necho $! >pid"], cwd=folder,
            check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            timeout=SECONDS, env={
                **os.environ,
                "PATH": f"{folder}/bin:{build}/examples:{os.environ['PATH']}"})
    if done.returncode:
        raise servers.Failed(text + "\n" + read(folder + "/log"))
    return int(read(folder + "/pid") or 0)


# The kernel did not like an answer.
COMPLAINTS = re.compile(r"error|fail|warn|unexpected|incorrect|invalid|bogus|"
                        r"assuming|unsupported|unknown|not responding|"
                        r"sense key|timing out|reset", re.I)
EXPECTED = "Power-on or device reset occurred"


def complaints():
    """Lines of the kernel's log since login that tell of trouble."""
    log = need("dmesg")
    since = log[log.index("iSCSI Initiator over TCP/IP"):]
    return [line for line in since.replace(EXPECTED, "").splitlines()
            if COMPLAINTS.search(line)]


# Peripheral device type: how sysfs calls the driver's files, and which of them
# is meant. Host managed disks are not here: this kernel's sd leaves them to
# others.
DRIVERS = {"0": ("block", "*"), "1": ("scsi_tape", "nst*[0-9]"),
           "7": ("block", "*"), "8": ("scsi_changer", "*")}


class Disk:
    """A logical unit as the kernel sees it."""

    def __init__(self, path):
        self.sysfs = path
        self.lun = int(path.split("/")[-2].rsplit(":", 1)[1])
        self.sg = "/dev/" + self.name("scsi_generic")
        self.type = read(f"{path}/type")
        # That of the driver, /dev/sda, /dev/nst0 or /dev/sch0.
        self.sd = "/dev/" + self.name(*DRIVERS.get(self.type, ("block", "*")))

    def name(self, kind, which="*"):
        names = glob.glob(f"{self.sysfs}/{kind}/{which}")
        return os.path.basename(names[0]) if names else "none"

    def attached(self):
        return opens(self.sg) and (self.type not in DRIVERS or opens(self.sd))

    def block(self, name):
        return read(f"{self.sysfs}/block/{self.name('block')}/{name}")

    def scsi_disk(self, name):
        return read(glob.glob(f"{self.sysfs}/scsi_disk/*/{name}")[0])


def opens(path):
    """The driver is done with it; a medium there need not be."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
        return True
    except OSError:
        return False


def units():
    """The kernel's folders of all logical units."""
    return set(glob.glob("/sys/class/scsi_device/*/device"))


def attached(folders, count):
    found = list(map(Disk, folders))
    return {d.lun: d for d in found} if len(found) == count and all(
        d.attached() for d in found) else None


def login(server, count, settings=(), iface="default"):
    """Log in, with these (name, value) of open-iscsi's node record, and wait
    for the logical units: LUN: Disk. The default iface takes the server's
    first portal, another one the last."""
    before = units()
    portal = f"127.0.0.1:{server.ports[-(iface != 'default')]}"
    node = ("iscsiadm", "-m", "node", "-T", servers.IQN, "-p", portal, "-I",
            iface)
    need("iscsiadm", "-m", "discovery", "-t", "sendtargets", "-p", portal,
         "-I", iface)
    for name, value in settings:
        need(*node, "-o", "update", "-n", name, "-v", value)
    need(*node, "--login")
    return servers.wait_for(lambda: attached(units() - before, count),
                            "disks", server.alive)


def logout():
    need("iscsiadm", "-m", "node", "-T", servers.IQN, "--logout")


def another():
    """An iface of open-iscsi that is an initiator of its own."""
    iface = ("iscsiadm", "-m", "iface", "-I", "another")
    need(*iface, "-o", "new")
    need(*iface, "-o", "update", "-n", "iface.initiatorname", "-v",
         INITIATOR + "-b")
    return "another"


@contextlib.contextmanager
def initiator(iqn=INITIATOR):
    """iscsid, which iscsiadm asks to log in."""
    os.makedirs("/etc/iscsi", exist_ok=True)
    name = "/etc/iscsi/initiatorname.iscsi"
    with open(name, "w", encoding="ascii") as f:
        f.write(f"InitiatorName={iqn}\n")
    config = "/etc/iscsi/iscsid.conf"
    with open(config, "w", encoding="ascii") as f:
        f.write("node.session.scan = auto\n")
    with servers.Process(["setsid", "iscsid", "-f", "-c", config, "-i",
                          name]) as daemon:
        try:
            servers.wait_for(lambda: not run("iscsiadm", "-m", "iface")[0],
                             "iscsid", daemon.alive)
            yield
        finally:
            # SIGTERM may be too late for its loop, and it keeps nothing.
            daemon.stop(signal.SIGKILL)


def lun_count(device):
    """How many logical units a device string makes."""
    drives = re.search(r"drives=(\d+)", device)
    return 1 + int(drives[1] if drives else 2) \
        if re.match(r"(\d+=)?library:", device) else 1


@contextlib.contextmanager
def rig(build, *devices, initiators=1, options=()):
    """The server with these devices, all attached by one or two initiators:
    LUN: Disk for each."""
    with servers.iscsi_server(build, *options, *devices) as server, \
            initiator():
        ifaces = ["default"] + [another()] * (initiators - 1)
        count = sum(map(lun_count, devices))
        yield [login(server, count, iface=i) for i in ifaces]
        logout()
        if server.stop():
            raise servers.Failed(server.text(server.err))
