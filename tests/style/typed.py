# SPDX-License-Identifier: BSD-2-Clause
"""typed.py: what a page of docs/ says to type (its blocks of sh and console) is
typed by a test."""
import glob
import os
import re

import tree


def blocks(page):
    return re.findall(r"^```(?:sh|console)\n(.*?)^```$", tree.read(page),
                      re.S | re.M)


faults = []
tests = "".join(tree.read(n) for n in tree.files(".py")
                if n.startswith("tests/"))
for path in sorted(glob.glob(os.path.join(tree.ROOT, "docs", "*.md"))):
    page = os.path.basename(path)
    if blocks("docs/" + page) and not re.search(
            rf'blocks\(\s*"{re.escape(page)}"', tests):
        faults.append(f"docs/{page}: no test types what it says to type")
tree.report(faults, "typed")
