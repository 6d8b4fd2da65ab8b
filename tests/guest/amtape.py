# SPDX-License-Identifier: BSD-2-Clause
"""amtape.py BUILD: Amanda's amtape, amlabel and amdevcheck with a library of
ours: its changer moves cartridges with mtx, its tape device writes labels."""
import os
import re
import sys

import rig
import servers

LIBRARY = "library:dir=/tmp/library,slots=5,ie=1,drives=2,size=64M"
CONFIG = """org "X"
logdir "/var/log/amanda/server/X"
infofile "/var/lib/amanda/state/curinfo"
indexdir "/var/lib/amanda/state/index"
tapelist "/etc/amanda/X/tapelist"
tapetype T
define tapetype T {{
    length 64 mbytes
}}
define changer robot {{
    tpchanger "chg-robot:{changer}"
    property "tape-device" "0=tape:{drives[0]}" "1=tape:{drives[1]}"
    changerfile "/var/lib/amanda/state/robot"
}}
tpchanger "robot"
labelstr "^X-[0-9]*$"
"""


def configure(units):
    """Amanda's folders and files; all of it, and the devices, are its own
    user's."""
    files = [d.sg for d in units.values()] + [units[1].sd, units[2].sd]
    folders = ("/var/log/amanda/server/X", "/var/lib/amanda/state",
               "/etc/amanda/X")
    for folder in folders:
        os.makedirs(folder)
    with open("/etc/amanda/X/amanda.conf", "w", encoding="ascii") as f:
        f.write(CONFIG.format(changer=units[0].sg,
                              drives=[units[1].sd, units[2].sd]))
    with open("/etc/amanda/X/tapelist", "w", encoding="ascii"):
        pass
    rig.need("chown", "-R", "backup:backup", "/var/log/amanda",
             "/var/lib/amanda", "/etc/amanda", *files)


def amanda(command):
    return rig.need("su", "-s", "/bin/sh", "backup", "-c", command)


def expect(command, *patterns):
    """The command prints lines in which these are found, in this order."""
    out = amanda(command)
    if not re.search(".*".join(patterns), out, re.S):
        raise servers.Failed(f"{command}: expected {patterns}; got:\n{out}")


def labels():
    """Written by one drive each, and read again by whichever is free."""
    for n in (1, 2, 3):
        expect(f"amlabel X X-{n} slot {n}", f"Writing label 'X-{n}'",
               "Success!")
    expect("amtape X update 1-5", "slot 1: .*X-1", "slot 2: .*X-2",
           "slot 3: .*X-3")
    expect("amtape X inventory", "slot 1: .*label X-1.*VOL001L8",
           "slot 3: .*label X-3.*VOL003L8", "slot 6: .*empty")
    expect("amtape X show 1-3", "slot +1: .*X-1", "slot +3: .*X-3")


def slots():
    expect("amtape X slot first", "changed to slot 1")
    expect("amtape X slot next", "changed to slot 2")
    expect("amtape X current", "slot +2: .*X-2")
    expect("amtape X slot 5", "changed to slot 5")
    expect("amtape X label X-3", "label X-3 is now loaded from slot 3")
    expect("amdevcheck X", "SUCCESS")


def main():
    with rig.rig(sys.argv[1], LIBRARY) as (units,):
        configure(units)
        expect("amtape X reset", "reset")
        expect("amtape X inventory", "slot 1: .*VOL001L8", "slot 5:",
               "slot 6: .*empty")
        labels()
        slots()
        for drive in 0, 1:
            expect(f"amtape X eject {drive}", "")
        status = rig.need("mtx", "-f", units[0].sg, "status")
        if status.count("Full") != 5:
            raise servers.Failed("cartridges are lost:\n" + status)
        print("amtape, amlabel, amdevcheck")


servers.main(main)
