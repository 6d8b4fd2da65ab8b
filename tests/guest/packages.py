# SPDX-License-Identifier: BSD-2-Clause
"""Debian packages that only a guest needs (a kernel, a hypervisor, daemons that
would start here): unpacked below BUILD/guest, not installed."""
import fcntl
import glob
import os
import subprocess
import tempfile


class Trouble(Exception):
    """They cannot be had."""


def unpacked(build, name, fill):
    """The folder BUILD/guest/NAME, which fill(work folder, it) has filled;
    made once, by one of the tests that start at the same time."""
    cache = os.path.join(build, "guest")
    os.makedirs(cache, exist_ok=True)
    root = os.path.join(cache, name)
    with open(os.path.join(cache, "lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(root):
            return root
        with tempfile.TemporaryDirectory(dir=cache) as folder:
            made = os.path.join(folder, "root")
            fill(folder, made)
            os.rename(made, root)
    return root


def apt(tool, *args, cwd=None):
    done = subprocess.run([tool, "-qq", *args], cwd=cwd, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise Trouble(f"{tool} {' '.join(args)} (try apt-get update):\n"
                      f"{done.stderr}")
    return done.stdout


def fetch(folder, root, *names, options=()):
    """Add them to what is unpacked at root."""
    apt("apt-get", *options, "download", *names, cwd=folder)
    for deb in glob.glob(os.path.join(folder, "*.deb")):
        subprocess.run(["dpkg", "-x", deb, root], check=True)
        os.unlink(deb)


def index_modules(root):
    modules = os.path.join(root, "lib/modules")
    for version in os.listdir(modules):
        subprocess.run(["/usr/sbin/depmod", "-b", root, version], check=True)
