# SPDX-License-Identifier: BSD-2-Clause
"""Each file says its licence; none has words of unfinished work, or paths and
hosts of one machine."""
import re

import tree

CODE = (".c", ".h", ".py", ".sh", ".ini", ".map", "meson.build",
        "meson_options.txt", "dev", ".ci/run")
BINARY = ("tests/fuzz/corpus/",)

# In pieces, so that this file does not contain them.
UNFINISHED = re.compile(r"\b(" + "|".join(
    a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("X", "XX"),
                       ("HA", "CK"), ("not imple", "mented yet"))) + r")\b")
MACHINE = re.compile(r"(^|[^\w.])/(wo" + "rk|ro" + "ot|ho" + "me)/|" +
                     r"\.\./sha" + r"red\b|\bdeb\.deb" + r"ian\.org\b")

faults = []
for name in tree.files():
    if name.startswith(BINARY):
        continue
    text = tree.read(name)
    head = "\n".join(text.splitlines()[:3])
    if name.endswith(CODE) and \
            "SPDX-License-Identifier: BSD-2-Clause" not in head:
        faults.append(f"{name}: no SPDX line at the top")
    for i, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            faults.append(f"{name}:{i}: unfinished: {line.strip()}")
        if MACHINE.search(line):
            faults.append(f"{name}:{i}: of one machine: {line.strip()}")
    if text and not text.endswith("\n"):
        faults.append(f"{name}: no newline at the end")
tree.report(faults, "words")
