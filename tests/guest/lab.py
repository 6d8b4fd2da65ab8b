# SPDX-License-Identifier: BSD-2-Clause
"""lab.py BUILD SCRIPT [ARG...]: run python3 SCRIPT BUILD ARG... inside a
throw-away Linux guest, and end as it ends.

The guest is User-mode Linux: a kernel with SCSI, iSCSI and sg that runs as an
ordinary process, without virtualization, network or rights. Its root is a
copy-on-write view of the host's, with PACKAGES as if they were installed, so
what is built and installed here runs there unchanged.
"""
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

import packages

PACKAGES = ("user-mode-linux", "open-iscsi", "libopeniscsiusr", "libisns0",
            "bacula-sd", "bacula-common", "libwrap0",
            "amanda-server", "amanda-common",
            "tgt", "libaio1", "libibverbs1", "librdmacm1", "libnl-3-200",
            "libnl-route-3-200")
MEMORY = 768 << 20
SECONDS = 600
TIMED_OUT = 124 # of timeout(1)
HERE = os.path.dirname(os.path.abspath(__file__))


class Trouble(Exception):
    """The guest could not run."""


def fill(folder, root):
    packages.fetch(folder, root, *PACKAGES)
    # As on the host, whose own would else be hidden.
    for name in ("bin", "sbin", "lib"):
        old = os.path.join(root, name)
        if os.path.isdir(old):
            shutil.copytree(old, os.path.join(root, "usr", name),
                            symlinks=True, dirs_exist_ok=True)
            shutil.rmtree(old)
            os.symlink("usr/" + name, old)
    os.symlink("uml/modules", os.path.join(root, "usr/lib/modules"))
    packages.index_modules(root)


def memory_folder():
    """Where the guest's memory can be a file: on a tmpfs if there is one that
    is large enough and executable, which in a container it need not be."""
    try:
        fs = os.statvfs("/dev/shm")
        if fs.f_bavail * fs.f_frsize > MEMORY and \
                not fs.f_flag & os.ST_NOEXEC and os.access("/dev/shm", os.W_OK):
            return "/dev/shm"
    except OSError:
        pass
    return tempfile.gettempdir()


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o755)


def prepare(run, unpacked, mark, build, script, args):
    """What init.sh reads."""
    quote = shlex.quote
    write(run, "packages", unpacked + "\n")
    write(run, "mark", mark + "\n")
    os.symlink(os.path.join(HERE, "init.sh"), os.path.join(run, "init"))
    write(run, "modprobe",
          f'#!/bin/sh\nexec modprobe -d {quote(unpacked)} "$@"\n')
    support = os.path.join(os.path.dirname(HERE), "support")
    command = shlex.join(["python3", script, build, *args])
    write(run, "command", f"cd {quote(os.getcwd())}\n"
          f"export PYTHONPATH={quote(support)}:{quote(HERE)}\n"
          f"export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1\n"
          f"exec {command}\n")


def start(run, unpacked, preload, log, output):
    kernel = os.path.join(unpacked, "usr/bin/linux.uml")
    return subprocess.Popen(
        ["timeout", "-k", "5", str(SECONDS), kernel, f"mem={MEMORY >> 20}M",
         "umid=guest", f"uml_dir={run}/uml", "root=/dev/root",
         "rootfstype=hostfs", "rootflags=/", "ro", "con=null",
         "con0=null,fd:1", "ssl=null", f"ssl0=null,fd:{output}",
         f"init={run}/init", f"GUEST_RUN={run}"],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(output,),
        env={**os.environ, "TMPDIR": memory_folder(), "LD_PRELOAD": preload})


def relay(pipe, mark):
    """Copy the guest's output; its command's status, or None."""
    status = None
    for line in pipe:
        if line.startswith(mark):
            status = int(line.split()[1])
        else:
            print(line, end="", flush=True)
    return status


def guest(unpacked, build, script, args):
    mark = "@guest-" + os.urandom(8).hex()
    with tempfile.TemporaryDirectory(prefix="scsiemu-guest-") as run, \
            open(os.path.join(run, "log"), "w+b") as log:
        prepare(run, unpacked, mark, build, script, args)
        r, w = os.pipe()
        preload = os.path.join(build, "tests", "guest", "fpstate.so")
        child = start(run, unpacked, preload, log, w)
        os.close(w)
        try:
            with open(r, encoding="utf-8", errors="replace") as pipe:
                status = relay(pipe, mark)
            late = child.wait() == TIMED_OUT
        finally:
            if child.poll() is None:
                # The kernel ends its processes, which nobody else could: they
                # are in a session of their own.
                child.terminate()
                child.wait()
        if status is None:
            log.seek(0)
            tail = log.read().decode(errors="replace").splitlines()[-30:]
            why = f"more than {SECONDS} s" if late else "no report"
            raise Trouble("\n".join([f"guest: {why}; its log ends:", *tail]))
    return status


def main():
    build, script = map(os.path.abspath, sys.argv[1:3])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    try:
        unpacked = packages.unpacked(build, "packages", fill)
        sys.exit(guest(unpacked, build, script, sys.argv[3:]))
    except (Trouble, packages.Trouble) as e:
        sys.exit(str(e))


main()
