# SPDX-License-Identifier: BSD-2-Clause
"""headers.py CC...: every public header compiles alone, as pedantic C11, as
C++17, and without a C library around it."""
import shutil
import subprocess
import sys

import tree

WARN = ["-Wall", "-Wextra", "-Werror", "-pedantic-errors", "-fsyntax-only",
        "-Iinclude"]
WAYS = [[*sys.argv[1:], "-std=c11", "-x", "c"],
        [*sys.argv[1:], "-std=c11", "-ffreestanding", "-nostdlib", "-x", "c"]]
cxx = shutil.which("g++") or shutil.which("c++")
faults = []
if cxx:
    WAYS.append([cxx, "-std=c++17", "-x", "c++"])
else:
    faults.append("no C++ compiler")
for name in tree.files(".h"):
    if not name.startswith("include/"):
        continue
    text = f"#include <{name[len('include/'):]}>\n"
    for way in WAYS:
        done = subprocess.run([*way, *WARN, "-"], input=text, text=True,
                              cwd=tree.ROOT, capture_output=True, check=False)
        if done.returncode:
            faults.append(f"{name} alone ({' '.join(way)}):\n{done.stderr}")
tree.report(faults, "headers")
