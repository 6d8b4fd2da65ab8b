# SPDX-License-Identifier: BSD-2-Clause
"""A Linux guest of QEMU's, in software: one of Debian's kernels and, in its first
memory, the modules and programs that a test names, and a shell. The test runs
outside and sends that one command after another."""
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import packages
import servers

QEMU = ("qemu-system-x86", "qemu-system-common", "qemu-system-data", "seabios")
# Its QEMU, 7.2, gives a back end up that has gone once.
TOO_OLD = "bookworm"
CLOUD, WHOLE = "linux-image-cloud-amd64", "linux-image-amd64"
MEMORY = ("-M", "q35,memory-backend=m", "-m", "256M", "-object",
          "memory-backend-memfd,id=m,size=256M,share=on")
# On a busy machine the timer's first interrupts come too late for its check.
KERNEL = "console=ttyS0 panic=-1 no_timer_check"
SECONDS = 60 # for one command
BOOTS = 300
SKIPPED = 77

INIT = """#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
for m in /modules/*; do
	insmod $m
done
stty -F /dev/ttyS1 raw -echo
exec </dev/ttyS1 >/dev/ttyS1 2>&1
printf '\\n@status %d\\n' 0
while read -r line; do
	sh -c "$line" </dev/null
	printf '\\n@status %d\\n' $?
done
"""


# ---- What it needs ----

def newer(folder):
    """apt's options for a release that has a newer QEMU."""
    where = packages.apt("apt-get", "indextargets", "--format",
                         "$(REPO_URI) $(CODENAME)", "Created-By: Packages",
                         "Origin: Debian", "Codename: " + TOO_OLD)
    if not where:
        return ()
    mirror = where.split()[0]
    lists = os.path.join(folder, "lists")
    os.makedirs(os.path.join(lists, "partial"))
    sources = os.path.join(folder, "sources.list")
    with open(sources, "w", encoding="ascii") as f:
        f.write(f"deb {mirror} {TOO_OLD}-backports main\n")
    options = [f"-oDir::Etc::SourceList={sources}",
               "-oDir::Etc::SourceParts=/dev/null",
               f"-oDir::State::Lists={lists}", f"-oDir::Cache={folder}"]
    packages.apt("apt-get", *options, "update")
    return options


def kernel(build, name):
    """Where one is unpacked."""
    def fill_kernel(folder, root):
        for line in packages.apt("apt-cache", "depends", name).splitlines():
            if "Depends: linux-image-" in line:
                packages.fetch(folder, root, line.split()[-1])
                packages.index_modules(root)
                return
        raise packages.Trouble(f"{name} depends on no kernel")

    return packages.unpacked(build, name, fill_kernel)


def libraries():
    """Packages that QEMU needs and this machine has not; a newer QEMU needs
    the same."""
    plan = packages.apt("apt-get", "-s", "--no-install-recommends", "install",
                        "--reinstall", *QEMU)
    return {line.split()[1] for line in plan.splitlines()
            if line.startswith("Inst ")} - set(QEMU)


def fill(folder, root):
    packages.fetch(folder, root, "busybox-static", *libraries())
    packages.fetch(folder, root, *QEMU, options=newer(folder))
    missing = [line for line in needs(qemu(root), root) if "not found" in line]
    if missing:
        raise packages.Trouble("QEMU's libraries:\n" + "\n".join(missing))


def qemu(root):
    return os.path.join(root, "usr/bin/qemu-system-x86_64")


def environment(*roots):
    """What is unpacked there, and its libraries, are found first."""
    return {**os.environ,
            "PATH": ":".join([f"{root}/usr/bin" for root in roots] +
                             [os.environ["PATH"]]),
            "LD_LIBRARY_PATH": ":".join(f"{root}/usr/lib/x86_64-linux-gnu"
                                        for root in roots)}


def needs(program, *roots):
    return subprocess.run(["ldd", program], env=environment(*roots), check=True,
                          capture_output=True, text=True).stdout.splitlines()


# ---- The first memory ----

def copy_modules(root, names, to):
    """With what they need, in the order in which they are loaded."""
    version = os.listdir(os.path.join(root, "lib/modules"))[0]
    paths = []
    for name in names:
        out = subprocess.run(
            ["/usr/sbin/modprobe", "-d", root, "-S", version, "--show-depends",
             name], check=True, capture_output=True, text=True).stdout
        paths += [line.split()[1] for line in out.splitlines()
                  if line.startswith("insmod ")]
    for n, path in enumerate(dict.fromkeys(paths)):
        shutil.copy(path, os.path.join(to, f"{n:02}-{os.path.basename(path)}"))


def copy_programs(names, roots, to):
    """Of this machine or of what is unpacked at roots, by name or path, with
    their libraries, which are where the guest looks for them."""
    search = ":".join([os.environ["PATH"], "/usr/sbin", "/sbin"] +
                      [os.path.join(root, "sbin") for root in roots])
    for name in names:
        program = shutil.which(name, path=search)
        if not program:
            raise servers.Failed(f"{name} is not installed")
        shutil.copy(program, os.path.join(to, "bin"))
        for word in " ".join(needs(program, *roots)).split():
            if word.startswith("/"):
                root = [r for r in roots if word.startswith(r + "/")]
                at = to + word.removeprefix(root[0] if root else "")
                os.makedirs(os.path.dirname(at), exist_ok=True)
                shutil.copy(word, at)


def first_memory(root, linux, modules, programs, roots, folder):
    tree, made = os.path.join(folder, "tree"), os.path.join(folder, "initrd")
    for name in ("bin", "dev", "etc", "modules", "proc", "sys", "tmp"):
        os.makedirs(os.path.join(tree, name))
    busybox = os.path.join(root, "bin/busybox")
    shutil.copy(busybox, os.path.join(tree, "bin"))
    copy_programs(programs, roots, tree)
    copy_modules(linux, modules, os.path.join(tree, "modules"))
    init = os.path.join(tree, "init")
    with open(init, "w", encoding="ascii") as f:
        f.write(INIT)
    os.chmod(init, 0o755)
    subprocess.run(f"find . | {busybox} cpio -o -H newc >{made}", cwd=tree,
                   shell=True, check=True, stderr=subprocess.DEVNULL)
    return made


# ---- The guest ----

class Guest(servers.Process):
    """It runs; with more options of QEMU's. command: what the shell does
    instead, with "$@"; it says what memory there is."""

    def __init__(self, build, modules, programs, *options, linux=CLOUD,
                 roots=(), command=None):
        root = packages.unpacked(build, "qemu", fill)
        linux = kernel(build, linux)
        self.files = tempfile.TemporaryDirectory(prefix="scsiemu-qemu-")
        at = self.files.name
        self.log = os.path.join(at, "log")
        image = [f for f in os.listdir(os.path.join(linux, "boot"))
                 if f.startswith("vmlinuz-")][0]
        share = os.path.join(root, "usr/share")
        super().__init__(
            [*(("sh", "-c", command, "sh") if command else
               (qemu(root), *MEMORY)),
             "-L", f"{share}/qemu", "-L", f"{share}/seabios",
             "-cpu", "max", "-smp", "2", "-accel", "tcg,thread=multi",
             "-nodefaults", "-no-user-config", "-display", "none",
             "-no-reboot", "-serial", f"file:{self.log}",
             "-chardev", f"socket,id=tty,path={at}/tty,server=on,wait=off",
             "-serial", "chardev:tty", "-kernel", f"{linux}/boot/{image}",
             "-initrd",
             first_memory(root, linux, modules, programs, roots, at),
             "-append", KERNEL, *options],
            env=environment(root))
        try:
            self.tty = self.connect(f"{at}/tty")
            self.answer("start")
            self.tty.settimeout(SECONDS)
        except servers.Failed as e:
            why = f"{e}\n{self.text(self.err)}"
            self.__exit__()
            raise servers.Failed(why) from None

    def connect(self, path):
        """As soon as it listens: some time after the file is there."""
        tty = socket.socket(socket.AF_UNIX)
        tty.settimeout(BOOTS)
        servers.wait_for(lambda: not tty.connect_ex(path), "QEMU", self.alive)
        return tty

    def kernel_log(self):
        """Its end."""
        return "\n".join(self.text(self.log).splitlines()[-30:])

    def answer(self, to):
        out = ""
        while "\n@status " not in out or not out.endswith("\n"):
            try:
                more = self.tty.recv(65536)
            except TimeoutError:
                more = b""
            if not more:
                raise servers.Failed(f"the guest does not answer to \"{to}\": "
                                     f"{out}\n{self.kernel_log()}")
            out += more.decode(errors="replace")
        out, status = out.rsplit("\n@status ", 1)
        return int(status), out

    def run(self, command):
        """(exit status, output) of a line for the shell."""
        self.tty.sendall(command.encode() + b"\n")
        return self.answer(command)

    def need(self, command):
        """Its output; a command that fails ends the test."""
        status, out = self.run(command)
        if status:
            raise servers.Failed(f"{command}: status {status}\n{out}")
        return out

    def __exit__(self, *args):
        try:
            super().__exit__(*args)
        finally:
            self.files.cleanup()


def main(test):
    """test(build, a folder that is gone afterwards)."""
    def run():
        with tempfile.TemporaryDirectory(prefix="scsiemu-test-") as folder:
            try:
                test(sys.argv[1], folder)
            except packages.Trouble as e:
                print(e)
                sys.exit(SKIPPED)

    servers.main(run)
