# SPDX-License-Identifier: BSD-2-Clause
"""readme.py BUILD CC...: README.md's C example is at most 20 lines of code,
compiles without a warning against the built library, and runs; what it prints
is what README.md says it prints (the block after it)."""
import os
import re
import subprocess
import sys
import tempfile

import tree

build = sys.argv[1]
text = tree.read("README.md")
found = re.search(r"```c\n(.*?)```.*?```text\n(.*?)```", text, re.S)
if not found:
    tree.report(["README.md: no C example with its output"], "readme")
code, expected = found.groups()
faults = []
count = len([x for x in code.splitlines() if x.strip()])
if count > 20:
    faults.append(f"README.md: the example has {count} lines (at most 20)")
with tempfile.TemporaryDirectory() as tmp:
    source, program = os.path.join(tmp, "a.c"), os.path.join(tmp, "a")
    with open(source, "w", encoding="utf-8") as f:
        f.write(code)
    done = subprocess.run(
        [*sys.argv[2:], "-std=c11", "-Wall", "-Wextra", "-Werror",
         "-I" + os.path.join(tree.ROOT, "include"), source, "-o", program,
         "-L" + build, "-Wl,-rpath," + build, "-lscsiemu"],
        capture_output=True, text=True, check=False)
    if done.returncode:
        tree.report([done.stderr], "readme")
    done = subprocess.run([program], cwd=tmp, capture_output=True, text=True,
                          timeout=20, check=False)
    if done.returncode:
        faults.append(f"the example exits with {done.returncode}: "
                      f"{done.stderr}")
    if done.stdout.strip() != expected.strip():
        faults.append(f"the example prints {done.stdout!r}, README.md says "
                      f"{expected!r}")
tree.report(faults, "readme")
