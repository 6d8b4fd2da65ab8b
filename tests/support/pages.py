# SPDX-License-Identifier: BSD-2-Clause
"""What the pages of docs/ tell their readers to type."""
import os
import re

DOCS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                    "docs")


def blocks(page, language):
    """The code blocks of a page in a language (console, sh), in order."""
    with open(os.path.join(DOCS, page), encoding="utf-8") as f:
        return re.findall(rf"^```{language}\n(.*?)^```$", f.read(),
                          re.S | re.M)
