# SPDX-License-Identifier: BSD-2-Clause
"""iscsi_test_cu.py BUILD [NAME-PREFIX ...]: libiscsi's conformance suite
against our server, one test per process, each with a time limit.

A test that fails, skips or hangs is a failure, unless docs/conformance.md
lists it as a deviation of the tool from the standard; and a listed one that
passes is a failure too, so that the list stays true.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import servers

TOOL = "iscsi-test-cu"
SECONDS = 45
SLOW = {"SCSI.Sanitize.Reset": 600}  # it sleeps for minutes itself
CLEANUP = "Send PRIN/READ_KEYS"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))

# Suites of commands that the library does not have yet.
LATER = re.compile(r"$^")

DEVICES = ("0=disk:mem,size=256M,thin,exponent=3,alua=both,format",
           "1=disk:mem,size=64M,removable,thin",
           "2=disk:mem,size=64M,thin",
           "3=disk:null,size=4T,format")
LUNS = {"PreventAllow": 1, "StartStopUnit": 1, "NoMedia": 1, "ReadOnly": 2,
        # large enough to be at it for some seconds
        "SCSI.Sanitize.Reset": 3,
        # asks for LBA n + 1 and expects the next physical block's: the same
        # only where a physical block is a logical one
        "GetLBAStatus": 2}
# A client that sleeps for a minute answers no ping.
OPTIONS = {"Sanitize": ("--limit", "nop_interval_ms=200000")}
# Write protected by software: a medium that cannot be written is not thin, and
# the test would skip UNMAP.
PROTECT = ("ReadOnly",)
# Through a login with CHAP: enough to see that commands flow behind it.
CHAP = ("SCSI.TestUnitReady.Simple", "SCSI.Inquiry.Standard",
        "SCSI.Read10.Simple", "SCSI.Write10.Simple")
USER, SECRET = "initiator", "seventeen-letters"


def names():
    """FAMILY.SUITE.TEST of the two families that go over iSCSI."""
    if not shutil.which(TOOL):
        raise servers.Failed(f"{TOOL} is not installed (libiscsi-bin)")
    out = subprocess.run([TOOL, "-l"], capture_output=True, text=True,
                         check=False).stdout
    found = [n for n in out.split() if n.count(".") == 2 and
             n.startswith(("SCSI.", "iSCSI.")) and not LATER.search(n)]
    if len(found) < 100:
        raise servers.Failed(f"{TOOL} -l names only {len(found)} tests")
    return found


def deviations():
    with open(os.path.join(ROOT, "docs", "conformance.md"),
              encoding="utf-8") as f:
        return set(re.findall(r"^\| `(i?SCSI\.\S+)` \|", f.read(), re.M))


def judge(name, urls):
    """(passed, what went wrong, output) of one test."""
    seconds = SLOW.get(name, SECONDS)
    try:
        done = subprocess.run([TOOL, "-d", "-S", "-V", "-t", name, *urls],
                              capture_output=True, text=True, check=False,
                              timeout=seconds)
    except subprocess.TimeoutExpired as e:
        return False, f"no end in {seconds} s", (e.stdout or b"").decode(
            errors="replace")
    out = done.stdout + done.stderr
    body = out[out.find("\nSuite: "):]
    ran = re.search(r"^\s+tests\s+\d+\s+(\d+)\s+(\d+)\s+(\d+)", out, re.M)
    if not ran:
        return False, f"no summary, status {done.returncode}", out
    if ran.groups() != ("1", "1", "0"):
        return False, "failed", body
    # The clean-up behind a test says what it skips, too.
    if "[SKIPPED]" in body[:body.find(CLEANUP)]:
        return False, "skipped", body
    return True, "", body


class Run:
    def __init__(self, build):
        self.build = build
        self.known = deviations()
        self.server = self.suite = None
        self.passed, self.wrong = 0, []

    def stop(self):
        if not self.server:
            return
        server, self.server = self.server, None
        with server:
            status = server.stop()
            if status:
                self.wrong.append(f"{self.suite}: the server ended with "
                                  f"{status}:\n{server.text(server.err)}")

    def serve(self, suite, *options):
        """A server for the tests of one suite, so that none sees what
        another left."""
        if self.server and self.suite == suite and self.server.alive():
            return
        self.stop()
        self.suite = suite
        self.server = servers.iscsi_server(self.build, *options, *DEVICES)

    def one(self, name, login=""):
        suite = name.split(".")[1]
        lun = LUNS.get(name, LUNS.get(suite, 0))
        url = (f"iscsi://{login}127.0.0.1:{self.server.port}/{servers.IQN}/"
               f"{lun}")
        if suite in PROTECT:
            subprocess.run(["iscsi-swp", "--swp", "on", url], check=True,
                           capture_output=True)
        urls = [url, url] if suite == "MultipathIO" else [url]
        ok, why, out = judge(name, urls)
        if ok and name in self.known:
            ok, why = False, "passes, but docs/conformance.md lists it"
        elif not ok and name in self.known and why != "skipped":
            ok = True
            print(f"{name}: a listed deviation ({why})", flush=True)
        if ok:
            self.passed += 1
            return
        self.wrong.append(f"{name}: {why}")
        print(f"{name}: {why}\n{out[-3000:]}", flush=True)
        self.stop()

    def all(self, prefixes):
        for name in names():
            if not prefixes or name.startswith(prefixes):
                suite = name.split(".")[1]
                self.serve(suite, *OPTIONS.get(suite, ()))
                self.one(name)
        with tempfile.NamedTemporaryFile("w") as secret:
            secret.write(SECRET)
            secret.flush()
            for name in CHAP:
                if not prefixes or name.startswith(prefixes):
                    self.serve("CHAP", "--chap", f"{USER}:{secret.name}")
                    self.one(name, f"{USER}%{SECRET}@")
        self.stop()
        print(f"{self.passed} passed, {len(self.wrong)} failed")
        for w in self.wrong:
            print(w)
        sys.exit(1 if self.wrong else 0)


servers.main(lambda: Run(sys.argv[1]).all(tuple(sys.argv[2:])))
