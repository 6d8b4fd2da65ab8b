# SPDX-License-Identifier: BSD-2-Clause
"""library.py LOOP_CORE LOOP_PUMP HEAPCOUNT.so COPYCOUNT.so LOOP_ADAPTER...:
instructions and heap calls of the library without a transport, what a large
device costs, and what adapters add."""
import os
import sys

import count
import limits
import servers


def name(program):
    return os.path.basename(program).removeprefix("loop_")


def commands(program):
    return limits.ADAPTERS.get(name(program), limits.USUAL)


def main():
    core, pump, heapcount, copycount, *adapters = sys.argv[1:]
    gate = limits.Gate()

    def per_command(program, what, *size):
        lus, nexuses, *find = size or (1, 1)
        return count.slope(lambda n: count.instructions(
            [program, what, str(lus), str(nexuses), str(n), *find],
            without="kernel_*"), 1000, 21000)

    for what, limit in limits.CORE.items():
        gate.hold(f"core, {what}", per_command(core, what), limit,
                  "instructions")
    for what, limit in limits.PUMP.items():
        gate.hold(f"core, pump and null store, {what}",
                  per_command(pump, what), limit, "instructions")
    for program in adapters:
        for what, (base, times) in commands(program).items():
            gate.hold(f"{name(program)} on top of that, {what}",
                      per_command(program, what) - per_command(pump, base),
                      times * limits.ADAPTER, "instructions")
    one = per_command(core, "read", 1, 1, "find")
    many = per_command(core, "read", 10000, 1000, "find")
    gate.hold(f"READ at 10,000 LUs x 1,000 nexuses ({many:.0f}) over the same "
              f"at one of each ({one:.0f})", many - one,
              limits.SCALE * limits.ISCSI_READ, "instructions")
    heap = count.Preload(heapcount, "HEAPCOUNT")
    for program in (core, pump, *adapters):
        kinds = set(commands(program))
        if kinds <= {"tur", "write"}:  # to a disk
            kinds.add("read")
        for what in sorted(kinds):
            calls = [heap.of([program, what, "1", "1", str(n)])
                     for n in (1000, 11000)]
            gate.hold(f"heap calls of 10,000 commands more, "
                      f"{name(program)}, {what}",
                      calls[1] - calls[0], 0, "calls")
    copies = count.Preload(copycount, "COPYCOUNT")
    for program in adapters:
        if "write" not in commands(program):
            continue
        copied = [copies.of([program, "write", "1", "1", str(n)])
                  for n in (1000, 11000)]
        gate.hold(f"copied by 10,000 WRITEs more, {name(program)}",
                  copied[1] - copied[0], 0, "bytes")
    gate.end()


servers.main(main)
