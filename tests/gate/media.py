# SPDX-License-Identifier: BSD-2-Clause
"""media.py LOOP_MEDIA HEAPCOUNT.so COPYCOUNT.so: what tapes and changers cost:
instructions, calls, reads, copies."""
import os
import subprocess
import sys
import tempfile

import count
import limits
import servers

LOW, HIGH = 20, 180  # records


def main():
    loop, heapcount, copycount = sys.argv[1:]
    gate = limits.Gate()
    with tempfile.TemporaryDirectory() as d:
        tape = os.path.join(d, "tape")

        def args(what, n):
            return [loop, tape, what, str(n)]

        def instructions(what, low=LOW, high=HIGH):
            return count.slope(lambda n: count.instructions(
                args(what, n), without="semu_crc32c"), low, high)

        def calls(what, low=LOW, high=HIGH):
            def measure(n):
                out = os.path.join(d, "strace")
                subprocess.run([*count.strace(out), *args(what, n)],
                               check=True, timeout=300)
                return count.calls(out)
            return count.slope(measure, low, high)

        for what in "write", "read":
            gate.hold(f"tape, {what} 256 KiB, without its CRC",
                      instructions(what), limits.TAPE, "instructions")
            gate.hold(f"system calls, {what}", calls(what),
                      limits.TAPE_CALLS, "calls")
            for unit, library, variable in (
                    ("heap calls", heapcount, "HEAPCOUNT"),
                    ("bytes copied", copycount, "COPYCOUNT")):
                counter = count.Preload(library, variable)
                of = [counter.of(args(what, n)) for n in (LOW, HIGH)]
                gate.hold(f"{unit} by {HIGH - LOW} more, {what}",
                          of[1] - of[0], limits.TAPE_EXTRA[unit], unit)
        for what in "locate", "find":
            out = subprocess.run(args(what, 200), check=True, text=True,
                                 capture_output=True, timeout=300).stdout
            gate.hold(f"reads of the index by a {what}, cold",
                      int(out.split("=")[1]), limits.INDEX_READS, "reads")
        gate.hold("system calls to open a cartridge of 1 TB and close it",
                  calls("open", 5, 25), limits.OPEN_CALLS, "calls")
        gate.hold("the same", instructions("open", 5, 25), limits.OPEN,
                  "instructions")
        gate.hold("READ ELEMENT STATUS of 60,000 elements, for each",
                  instructions("status", 1, 3) / 60000, limits.ELEMENT,
                  "instructions")
    gate.end()


servers.main(main)
