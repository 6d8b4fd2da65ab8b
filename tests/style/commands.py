# SPDX-License-Identifier: BSD-2-Clause
"""commands.py PROGRAM [--update]: README.md's table of commands is the one
that the rows make (PROGRAM prints it)."""
import os
import subprocess
import sys

import tree

BEGIN, END = "<!-- commands: made by ./dev lint --fix -->\n", \
    "<!-- end of commands -->"

table = subprocess.run([sys.argv[1]], capture_output=True, text=True,
                       check=True).stdout
text = tree.read("README.md")
faults = []
if BEGIN not in text or END not in text:
    tree.report(["README.md: the marks around the table are gone"],
                "commands")
head, rest = text.split(BEGIN, 1)
old, tail = rest.split(END, 1)
if "| ? |" in table:
    faults.append("a row has no name")
if sys.argv[2:] == ["--update"]:
    with open(os.path.join(tree.ROOT, "README.md"), "w",
              encoding="utf-8") as f:
        f.write(head + BEGIN + table + END + tail)
elif old != table:
    faults.append("README.md: the table of commands is not what the rows "
                  "say (./dev lint --fix)")
tree.report(faults, "commands")
