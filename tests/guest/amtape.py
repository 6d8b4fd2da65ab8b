# SPDX-License-Identifier: BSD-2-Clause
"""amtape.py BUILD: Amanda labels the cartridges of a library, and finds them
again."""
import os
import sys

import rig
import servers

FOLDER = "/var/lib/amanda"
CONFIG = """
org "t"
dumpuser "backup"
tapetype T
define tapetype T {{
  length 64 mbytes
  filemark 4 kbytes
}}
define changer lib {{
  tpchanger "chg-robot:{changer}"
  property "tape-device" "0=tape:{tape}"
  changerfile "{folder}/state"
}}
tpchanger "lib"
infofile "{folder}/info"
logdir "{folder}"
indexdir "{folder}/index"
labelstr "^T[0-9]+$"
"""
# What is typed, and lines of the answer, in this order.
LINES = (
    ("amtape t inventory", ("slot 1:", "barcode VOL001L8", "slot 2:",
                            "barcode VOL002L8", "slot 3:",
                            "barcode VOL003L8")),
    ("amlabel t T1 slot 1", ("Writing label 'T1'...", "Checking label...",
                             "Success!")),
    ("amlabel t T2 slot 2", ("Writing label 'T2'...", "Checking label...",
                             "Success!")),
    ("amtape t label T1", ("label T1 is now loaded",)),
    ("amtape t show", ("slot   1:", "label T1", "slot   2:", "label T2")),
    ("amdevcheck t", ("SUCCESS",)),
    ("amtape t inventory", ("slot 1: label T1", "barcode VOL001L8",
                            "slot 2: label T2", "barcode VOL002L8")),
)


def main():
    os.makedirs("/tmp/am")
    os.makedirs("/etc/amanda/t", exist_ok=True)
    with rig.rig(sys.argv[1], "library:dir=/tmp/am/tapes,drives=1,slots=3,"
                 "size=64M") as (disks,):
        with open("/etc/amanda/t/amanda.conf", "w", encoding="ascii") as f:
            f.write(CONFIG.format(changer=disks[0].sg, tape=disks[1].sd,
                                  folder=FOLDER))
        for folder in FOLDER, "/var/log/amanda":
            os.makedirs(folder, exist_ok=True)
            rig.need("chmod", "-R", "777", folder)
        with open(FOLDER + "/tapelist", "w", encoding="ascii"):
            pass
        rig.need("chown", "-R", "backup:backup", FOLDER, "/etc/amanda")
        for path in disks[0].sg, disks[1].sg, disks[1].sd:
            os.chmod(path, 0o666)
        for typed, expected in LINES:
            status, out = rig.run("setpriv", "--reuid=backup", "--regid=backup",
                                  "--clear-groups", *typed.split(),
                                  seconds=60, env={"HOME": "/tmp"})[:2]
            at = 0
            for words in expected:
                at = out.find(words, at)
                if status or at < 0:
                    raise servers.Failed(f"{typed}: status {status}, or "
                                         f"\"{words}\" is not in:\n{out}")
        print("amtape:", len(LINES), "commands")


servers.main(main)
