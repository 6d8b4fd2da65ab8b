# SPDX-License-Identifier: BSD-2-Clause
"""running.py PROGRAM: what docs/running.md says is typed, and what comes back;
what README.md says of the tool."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import pages

PROGRAM = os.path.abspath(sys.argv[1])
PATH = os.environ["PATH"] + ":/usr/sbin"


def transcript(block):
    """(command, lines) of each; None: they are left out from there on."""
    for part in block.split("$ ")[1:]:
        command, *lines = part.strip().split("\n")
        if "..." in lines:
            lines[lines.index("..."):] = [None]
        yield command, lines


class Running(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        for tool in ("lsscsi", "sg_raw"):
            if not shutil.which(tool, path=PATH):
                self.skipTest(tool + " is not installed")
        folder = tempfile.TemporaryDirectory(prefix="pages-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.env = {
            **os.environ, "LC_ALL": "C",
            "PATH": os.path.dirname(PROGRAM) + ":" + PATH}
        suite = os.path.join(self.folder, "my-test-suite")
        with open(suite, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nsg_raw -r 512 /dev/sg0 28 0 0 0 0 64 0 0 1 0 "
                    "2>&1 | grep -c 'Unrecovered read error'\n")
        os.chmod(suite, 0o755)

    def sh(self, command):
        done = subprocess.run(["sh", "-c", command], cwd=self.folder,
                              env=self.env, capture_output=True, text=True,
                              timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_transcript(self):
        block, = pages.blocks("running.md", "console")
        for command, lines in transcript(block):
            status, out, err = self.sh(command)
            self.assertEqual(status, 0, command + "\n" + out + err)
            got = out.splitlines()
            if lines[-1:] == [None]:
                lines.pop()
                del got[len(lines):]
            if lines: # the reader's own program prints what it likes
                self.assertEqual([x.rstrip() for x in got], lines, command)
            else:
                self.assertGreater(int(out), 0, err)

    def test_hosts(self):
        block, = pages.blocks("running.md", "sh")
        status, out, err = self.sh(block)
        self.assertEqual(status, 24, out + err) # RESERVATION CONFLICT
        self.assertIn("Reservation Conflict", out + err)

    def test_readme(self):
        with open(os.path.join(pages.DOCS, "..", "README.md"),
                  encoding="utf-8") as f:
            commands = re.findall(r"^    \./dev scsiemu (.*?)(?: +#.*)?$",
                                  f.read(), re.M)
        self.assertEqual(len(commands), 5)
        for command in commands:
            status, out, err = self.sh("scsiemu " + command)
            self.assertEqual(status, 0, command + "\n" + out + err)
            self.assertTrue(out)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
