# SPDX-License-Identifier: BSD-2-Clause
"""covered.py BUILD PROGRAM: in the tests of tests/behave each command of the
table that PROGRAM prints succeeds at least once. They note what did (see
tests/support/note.c)."""
import os
import re
import subprocess
import sys
import tempfile

import tree

build, program = sys.argv[1:]
faults = []
with tempfile.TemporaryDirectory() as d:
    rows = os.path.join(d, "rows")
    for source in tree.files(".c"):
        if not source.startswith("tests/behave/test_"):
            continue
        test = os.path.join(build, source[:-2])
        if subprocess.run([test], env=dict(os.environ, DRIVE_ROWS=rows),
                          capture_output=True, check=False).returncode:
            faults.append(f"{source}: the test fails")
    with open(rows, encoding="ascii") as f:
        seen = set(f.read().split())
table = subprocess.run([program], capture_output=True, text=True,
                       check=True).stdout
for code, name in re.findall(r"^\| ([0-9A-F]{2}h\S*) \| ([^|]+) \|", table,
                             re.M):
    if code not in seen:
        faults.append(f"{name} ({code}) succeeds in no test of tests/behave")
tree.report(faults, "covered")
