# SPDX-License-Identifier: BSD-2-Clause
"""No file includes one of a layer above its own (ARCHITECTURE.md), no device
type another, and the layers up to the device types nothing of the system."""
import os
import re

import tree

FREE = {"stdint.h", "stddef.h", "stdbool.h", "string.h", "limits.h"}
# Static probes: a header of the system's that adds no call, in one layer, and
# only in hosted builds that ask for it.
PROBES = ("core", "sys/sdt.h")
TYPES = ("proc", "sbc", "ssc", "smc", "mmc", "osd")

# folder or public header: layer
CORE, SPC, TYPE, STORE, HOST, TRANSPORT, TOP = range(1, 8)
SRC = {"core": CORE, "spc": SPC, **{t: TYPE for t in TYPES}, "store": STORE,
       "host": HOST, "transport": TRANSPORT}
PUBLIC = {"cmd": CORE, "row": CORE, "wire": CORE, "trace": CORE,
          "store": CORE, "changer": CORE, "tape": CORE, "device": CORE, "inject": CORE,
          "log": CORE, "alua": SPC, "power": SPC, "zones": SPC, **{t: TYPE for t in TYPES},
          "stores": STORE, "codec": STORE, "pump": HOST, "exec": HOST, "host": HOST}


def place(path):
    """(layer, folder) of a file of the tree."""
    part = path.split("/")
    if part[0] == "src" and len(part) > 2:
        return SRC.get(part[1], TOP), part[1]
    if path.startswith("include/scsiemu/"):
        if len(part) > 3:
            return TRANSPORT, part[2]
        name = part[2][:-2]
        return PUBLIC.get(name, TOP), name
    return TOP, part[0]


def resolve(name, quoted, here):
    """The file of this tree that an include names, or None."""
    where = ["include", "src"]
    if quoted:
        where.insert(0, os.path.dirname(here))
    for d in where:
        path = os.path.normpath(os.path.join(d, name))
        if os.path.isfile(os.path.join(tree.ROOT, path)):
            return path
    return None


faults = []
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)', re.M)
for path in tree.files(".c", ".h"):
    if not path.startswith(("src/", "include/")):
        continue
    layer, folder = place(path)
    for mark, name in INCLUDE.findall(tree.read(path)):
        target = resolve(name, mark == '"', path)
        if target is None:
            if (folder, name) == PROBES:
                continue
            free = layer <= TYPE or path.startswith("include/")
            if free and name not in FREE:
                faults.append(f"{path}: includes <{name}>")
            continue
        above, other = place(target)
        if above > layer:
            faults.append(f"{path}: includes {target} of a layer above")
        if above == layer == TYPE and other != folder:
            faults.append(f"{path}: includes {target} of another device type")
tree.report(faults, "layers")
