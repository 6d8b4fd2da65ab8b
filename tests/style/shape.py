# SPDX-License-Identifier: BSD-2-Clause
"""Functions are short and simple, files are one idea (CONTRIBUTING.md).

At most 80 lines and a cyclomatic complexity of 15 to a function, 600 lines to
a file; the median function of the library has at most 15 lines. Files that
are tables (*rows.c, *table*.c) may be longer."""
import re
import statistics
import subprocess

import tree

LINES, CYCLOMATIC, FILE, MEDIAN = 80, 15, 600, 15
TABLE = re.compile(r"(rows|table\w*)\.c$")

names = tree.files(".c", ".h")
faults = []
out = subprocess.run(
    ["pmccabe", *[n for n in names if n.endswith(".c")]], cwd=tree.ROOT,
    capture_output=True, text=True, check=True).stdout
lengths = []
for line in out.splitlines():
    part = line.split("\t")
    cyclomatic, length, where = int(part[0]), int(part[4]), part[5]
    if length > LINES:
        faults.append(f"{where}: {length} lines (at most {LINES})")
    if cyclomatic > CYCLOMATIC:
        faults.append(f"{where}: complexity {cyclomatic} "
                      f"(at most {CYCLOMATIC})")
    if where.startswith("src/"):
        lengths.append(length)
for n in names:
    count = tree.read(n).count("\n")
    if count > FILE and not TABLE.search(n):
        faults.append(f"{n}: {count} lines (at most {FILE})")
if lengths:
    median = statistics.median(lengths)
    print(f"{len(lengths)} functions of the library, median {median} lines, "
          f"longest {max(lengths)}")
    if median > MEDIAN:
        faults.append(f"src: the median function has {median} lines "
                      f"(at most {MEDIAN})")
tree.report(faults, "shape")
