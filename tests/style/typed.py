# SPDX-License-Identifier: BSD-2-Clause
"""typed.py: what a page of docs/ says to type (its blocks of sh and console) is
typed by a test, or NOT says why not."""
import glob
import os
import re

import tree

NOT = { # page, text in the block: why
    ("fabrics.md", "libfcoe"): "the guest of the tests has no fcoe.ko",
}


def blocks(page):
    return re.findall(r"^```(?:sh|console)\n(.*?)^```$", tree.read(page),
                      re.S | re.M)


faults = []
tests = "".join(tree.read(n) for n in tree.files(".py")
                if n.startswith("tests/"))
for path in sorted(glob.glob(os.path.join(tree.ROOT, "docs", "*.md"))):
    page = os.path.basename(path)
    left = [b for b in blocks("docs/" + page)
            if not any(page == p and text in b for p, text in NOT)]
    if left and not re.search(rf'blocks\(\s*"{re.escape(page)}"', tests):
        faults.append(f"docs/{page}: no test types what it says to type")
for page, text in NOT:
    if not any(text in b for b in blocks("docs/" + page)):
        faults.append(f"typed.py: docs/{page} has no block with {text}")
tree.report(faults, "typed")
