# SPDX-License-Identifier: BSD-2-Clause
"""changer.py PROGRAM: what an element costs in READ ELEMENT STATUS."""
import sys

import count
import limits
import servers

ELEMENTS = 60000


def main():
    program = sys.argv[1]
    gate = limits.Gate()
    each = count.slope(lambda n: count.instructions([program, str(n)]), 1, 3)
    gate.hold(f"READ ELEMENT STATUS, each of {ELEMENTS} elements",
              each / ELEMENTS, limits.ELEMENT, "instructions")
    gate.end()


servers.main(main)
