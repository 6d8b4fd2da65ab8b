# SPDX-License-Identifier: BSD-2-Clause
"""library.py LOOP_CORE LOOP_PUMP HEAPCOUNT.so COPYCOUNT.so LOOP_ADAPTER...:
instructions and heap calls of the library without a transport, what a large
device costs, and what adapters add."""
import os
import sys

import count
import limits
import servers


def main():
    core, pump, heapcount, copycount, *adapters = sys.argv[1:]
    gate = limits.Gate()

    def per_command(program, what, *size):
        lus, nexuses, *find = size or (1, 1)
        return count.slope(lambda n: count.instructions(
            [program, what, str(lus), str(nexuses), str(n), *find]), 1000,
            21000)

    for what, limit in limits.CORE.items():
        gate.hold(f"core, {what}", per_command(core, what), limit,
                  "instructions")
    for what, limit in limits.PUMP.items():
        gate.hold(f"core, pump and null store, {what}",
                  per_command(pump, what), limit, "instructions")
    for program in adapters:
        name = os.path.basename(program).removeprefix("loop_")
        # Not READ: what a port does not lend the null store clears.
        for what in ("write", "tur"):
            gate.hold(f"{name} on top of that, {what}",
                      per_command(program, what) - per_command(pump, what),
                      limits.ADAPTERS.get(name, {}).get(what, limits.ADAPTER),
                      "instructions")
    one = per_command(core, "read", 1, 1, "find")
    many = per_command(core, "read", 10000, 1000, "find")
    gate.hold(f"READ at 10,000 LUs x 1,000 nexuses ({many:.0f}) over the same "
              f"at one of each ({one:.0f})", many - one,
              limits.SCALE * limits.ISCSI_READ, "instructions")
    heap = count.Preload(heapcount, "HEAPCOUNT")
    for program in (core, pump, *adapters):
        for what in ("read", "write", "tur"):
            calls = [heap.of([program, what, "1", "1", str(n)])
                     for n in (1000, 11000)]
            gate.hold(f"heap calls of 10,000 commands more, {what}",
                      calls[1] - calls[0], 0, "calls")
    copies = count.Preload(copycount, "COPYCOUNT")
    for program in adapters:
        copied = [copies.of([program, "write", "1", "1", str(n)])
                  for n in (1000, 11000)]
        gate.hold(f"{os.path.basename(program)}, copied of 10,000 WRITEs more",
                  copied[1] - copied[0], 0, "bytes")
    gate.end()


servers.main(main)
