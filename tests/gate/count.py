# SPDX-License-Identifier: BSD-2-Clause
"""Counting what a program does: instructions, heap calls, system calls.

Always as a slope: the same program with two counts of commands, so that
starting up, logging in and ending drop out.
"""
import os
import re
import shutil
import struct
import subprocess
import tempfile

import servers


def tool(name):
    if not shutil.which(name):
        raise servers.Failed(f"{name} is not installed")
    return name


def slope(measure, low, high):
    return (measure(high) - measure(low)) / (high - low)


def callgrind(out="/dev/null"):
    return [tool("valgrind"), "--tool=callgrind",
            f"--callgrind-out-file={out}"]


def collected(text):
    found = re.search(r"Collected : (\d+)", text)
    if not found:
        raise servers.Failed("callgrind said nothing:\n" + text)
    return int(found.group(1))


def instructions(args, without=None):
    """User-space instructions of a program from start to end, without those of
    functions by this name (with *) and what they call."""
    leave_out = [f"--toggle-collect={without}",
                 "--collect-atstart=yes"] if without else []
    done = subprocess.run([*callgrind(), *leave_out, *args], capture_output=True,
                          text=True, check=False, timeout=600)
    if done.returncode:
        raise servers.Failed(f"{' '.join(args)}:\n{done.stdout}{done.stderr}")
    return collected(done.stderr)


class Preload:
    """What a preloaded library counts of programs run with env; variable
    tells it the file (preload.h)."""

    def __init__(self, library, variable):
        self.file = tempfile.NamedTemporaryFile()
        self.file.write(bytes(16))
        self.file.flush()
        self.env = {"LD_PRELOAD": library, variable: self.file.name}

    def counts(self):
        with open(self.file.name, "rb") as f:
            return struct.unpack("=2Q", f.read(16))

    def count(self):
        return self.counts()[0]

    def of(self, args):
        before = self.count()
        subprocess.run(args, env={**os.environ, **self.env}, check=True,
                       timeout=300)
        return self.count() - before


def strace(out):
    """A wrapper that counts system calls into the file out."""
    probe = subprocess.run([tool("strace"), "-f", "-c", "true"],
                           capture_output=True, text=True, check=False)
    if probe.returncode:
        raise servers.Failed("strace is not allowed here: " + probe.stderr)
    return ["strace", "-f", "-c", "-o", out]


def calls(path):
    """The total of an strace -c table."""
    with open(path, encoding="utf-8") as f:
        for line in f:
            part = line.split()
            if part and part[-1] == "total":
                return int(part[-2] if part[-2].isdigit() and
                           len(part) < 6 else part[3])
    raise servers.Failed("strace gave no total")
