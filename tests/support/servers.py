# SPDX-License-Identifier: BSD-2-Clause
"""Programs that serve on 127.0.0.1 while a test or a benchmark runs.

Each is a context manager that ends exactly the process it started.
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

IQN = "iqn.2026-01.org.libscsiemu:test"


class Failed(Exception):
    """What a person has to be told."""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, what, alive=lambda: True, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if not alive() or time.monotonic() > end:
            raise Failed(f"{what}: it did not come up")
        time.sleep(0.02)


class Process:
    """A program, its output in files, ended by SIGTERM."""

    def __init__(self, args, env=None, grace=60):
        self.dir = tempfile.TemporaryDirectory(prefix="scsiemu-")
        self.out = os.path.join(self.dir.name, "out")
        self.err = os.path.join(self.dir.name, "err")
        self.args, self.grace = [str(a) for a in args], grace
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.child = subprocess.Popen(
                self.args, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
                env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.child.pid

    def text(self, path):
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def alive(self):
        return self.child.poll() is None

    def stop(self, sig=signal.SIGTERM):
        """Its exit status; a program that does not end is killed."""
        if self.alive():
            self.child.send_signal(sig)
        try:
            return self.child.wait(self.grace)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise Failed(f"{self.args[0]} did not end by SIGTERM") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            if self.alive():
                self.stop()
        finally:
            self.dir.cleanup()


class Server(Process):
    """A program that prints "listening on ADDR:PORT"; wrapper runs before
    it (valgrind, strace, taskset)."""

    def __init__(self, args, wrapper=(), env=None):
        super().__init__([*wrapper, *args], env)
        try:
            wait_for(self.listening, " ".join(self.args[:12]), self.alive)
        except Failed as e:
            err = self.text(self.err)
            self.__exit__()
            raise Failed(f"{e}\n{err}") from None

    @property
    def ports(self):
        return [int(line.rsplit(":", 1)[1].split(",")[0])
                for line in self.text(self.out).splitlines()
                if line.startswith("listening on ")]

    @property
    def port(self):
        return self.ports[0]

    def listening(self):
        return bool(self.ports)


def iscsi_server(build, *args, wrapper=(), env=None, iqn=IQN):
    """Our server with the given options and devices."""
    exe = os.path.join(build, "examples", "iscsi-server")
    return Server([exe, "--portal", "127.0.0.1:0", "--quiet", "--target", iqn,
                   *args], wrapper, env)


class Tgtd(Process):
    """Debian's tgtd; disks: a list of (bstype, file or None); "ssc": a tape,
    its file made by tgtimg."""

    def __init__(self, disks, digests=False, wrapper=()):
        for tool in ("tgtd", "tgtadm"):
            if not shutil.which(tool) and \
                    not os.path.exists("/usr/sbin/" + tool):
                raise Failed(f"{tool} is not installed (package tgt)")
        self.number = str(1000 + os.getpid() % 20000)
        self.port = free_port()
        self.iqn = "iqn.2026-01.test:tgt"
        super().__init__([*wrapper, "/usr/sbin/tgtd", "-f", "-C", self.number,
                          "--iscsi", f"portal=127.0.0.1:{self.port}"],
                         grace=5)
        try:
            self.setup(disks, digests)
        except (Failed, subprocess.CalledProcessError) as e:
            err = self.text(self.err)
            self.__exit__()
            raise Failed(f"tgtd: {e}\n{err}") from None

    def adm(self, *args):
        return subprocess.run(
            ["/usr/sbin/tgtadm", "-C", self.number, "--lld", "iscsi", *args],
            capture_output=True, check=True)

    def ready(self):
        try:
            self.adm("--op", "show", "--mode", "sys")
            return True
        except subprocess.CalledProcessError:
            return False

    def setup(self, disks, digests):
        wait_for(self.ready, "tgtd", self.alive, 10)
        self.adm("--op", "new", "--mode", "target", "--tid", "1", "-T",
                 self.iqn)
        for i, (bstype, path) in enumerate(disks, 1):
            where = ["-b", path] if path else ["-b", "1073741824"]
            if bstype == "ssc":
                where += ["--device-type", "tape"]
            self.adm("--op", "new", "--mode", "logicalunit", "--tid", "1",
                     "--lun", str(i), "--bstype", bstype, *where)
        for key in ("HeaderDigest", "DataDigest") if digests else ():
            self.adm("--op", "update", "--mode", "target", "--tid", "1",
                     "--name", key, "--value", "CRC32C,None")
        self.adm("--op", "bind", "--mode", "target", "--tid", "1", "-I", "ALL")

    def __exit__(self, *args):
        # tgtd ends by command, not by SIGTERM while it has sessions.
        if self.alive():
            self.child.send_signal(signal.SIGKILL)
        super().__exit__(*args)


def load(build, server, *options, iqn=IQN, lun=0, wrapper=()):
    """Run the generator against a server: its result line as a dict."""
    done = subprocess.run(
        [*wrapper, os.path.join(build, "tests", "bench", "rawiscsi"),
         *[str(o) for o in options], "127.0.0.1", str(server.port), iqn,
         str(lun)], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise Failed(f"rawiscsi {' '.join(map(str, options))}: "
                     f"{done.stderr or done.stdout}")
    return dict(w.split("=", 1) for w in done.stdout.split()[1:])


def main(run):
    """Run a test program's function; a Failed is told without a trace."""
    try:
        run()
    except Failed as e:
        print(e)
        sys.exit(1)
