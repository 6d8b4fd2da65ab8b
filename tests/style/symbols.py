# SPDX-License-Identifier: BSD-2-Clause
"""symbols.py DEVICE.a HOSTED.a SHARED.so

What the compiled library needs and offers: the layers up to the device types
call nothing but each other and the four memory functions, keep no variable,
and only scsiemu_ names leave the shared library."""
import subprocess
import sys

import tree

MEMORY = {"memcpy", "memmove", "memset", "memcmp"}
# What the compiler adds for hardened and position-independent code.
COMPILER = {"__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_", "__memcpy_chk",
            "__memset_chk", "__memmove_chk"}

PROBE = "_.stapsdt."  # a note of sys/sdt.h, weak and hidden


def nm(*args):
    out = subprocess.run(["nm", *args], capture_output=True, text=True,
                         check=True).stdout
    for line in out.splitlines():
        part = line.split()
        if len(part) >= 2 and not line.endswith(":"):
            yield part[-2], part[-1].split("@")[0]


def variables(archive):
    """Objects with writable data that is not constant after loading."""
    out = subprocess.run(["size", "-A", archive], capture_output=True,
                         text=True, check=True).stdout
    obj = ""
    for line in out.splitlines():
        part = line.split()
        if line.endswith("):") or " (ex " in line or line.endswith(":"):
            obj = line.split()[0]
        elif len(part) == 3 and part[1] != "0" and (
                part[0] == "COMMON" or
                part[0].split(".")[1:2] in (["data"], ["bss"]) and
                not part[0].startswith(".data.rel.ro")):
            yield f"{obj}: {part[1]} bytes in {part[0]}"


device, hosted, shared = sys.argv[1:4]
faults = []
symbols = list(nm(device))
defined = {s for kind, s in symbols if kind != "U"}
for s in sorted({s for kind, s in symbols if kind == "U"} - defined -
                MEMORY - COMPILER):
    faults.append(f"{device}: needs {s}")
faults += [f"{device}: {v}" for v in variables(device)]
for lib in (device, hosted):
    for kind, s in nm("-g", "--defined-only", lib):
        if not s.startswith(("scsiemu_", "semu_", PROBE)):
            faults.append(f"{lib}: the global name {s}")
for kind, s in nm("-D", "--defined-only", shared):
    if kind != "A" and not s.startswith("scsiemu_"):
        faults.append(f"{shared}: exports {s}")
tree.report(faults, "symbols")
