# SPDX-License-Identifier: BSD-2-Clause
"""btape.py BUILD: Bacula's program that tells whether it can work with a drive
and a changer: its test, its autochanger test, and tapes filled to the end."""
import os
import subprocess
import sys

import rig
import servers

FOLDER = "/tmp/btape"
CONFIG = """
Storage {{
  Name = sd
  Working Directory = {folder}
  Pid Directory = {folder}
}}
Director {{
  Name = dir
  Password = none
}}
Messages {{
  Name = Standard
  stdout = all
}}
Autochanger {{
  Name = library
  Device = drive
  Changer Command = "/etc/bacula/scripts/mtx-changer %c %o %S %a %d"
  Changer Device = {changer}
}}
Device {{
  Name = drive
  Media Type = LTO
  Archive Device = {tape}
  Drive Index = 0
  Autochanger = yes
  Automatic Mount = yes
  Always Open = yes
  Removable Media = yes
  Random Access = no
  Maximum Block Size = {block}
}}
"""


# Of test, with small blocks, and of the autochanger test behind it.
WORKS = (
    "=== Test Succeeded. End Write, rewind, and re-read test ===",
    "Block 20000 re-read correctly.",
    "We should be in file 3. I am at file 3. This is correct!",
    "Total files=4, blocks=7, bytes = 13,888",
    "We should be in file 4. I am at file 4. This is correct!",
    "Block re-read correct. Test succeeded!",
    "We should be in file 5. I am at file 5. This is correct!",
    "unload status=OK 0",
    '3303 Autochanger "load 1 0" status is OK.',
    "The test autochanger worked!!",
)
# Of fill, with two tapes.
FILLS = (
    "Re-read of last block succeeded.",
    'Autochanger "load Volume TestVolume2, Slot 2, Drive 0", status is OK.',
    "Wrote 1000 blocks on second tape. Done.",
    "10000 records read now at",
    "The last block of the first tape matches.",
    "The first block on the second tape matches.",
    "The last block on the second tape matches. Test succeeded.",
)


def btape(disks, block, typed, expected):
    with open(FOLDER + "/conf", "w", encoding="ascii") as f:
        f.write(CONFIG.format(folder=FOLDER, changer=disks[0].sg,
                              tape=disks[1].sd, block=block))
    done = subprocess.run(
        ["timeout", "500", "btape", "-c", FOLDER + "/conf", disks[1].sd],
        input=typed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False)
    at = 0
    for words in expected:
        at = done.stdout.find(words, at)
        if done.returncode or at < 0:
            raise servers.Failed(f"status {done.returncode}, or \"{words}\" is "
                                 f"not in:\n{done.stdout[-20000:]}")


def main():
    os.makedirs(FOLDER)
    os.makedirs("/var/lib/bacula", exist_ok=True)
    # fill needs 10000 records of 32 KiB on the first tape, and test writes
    # 20000 blocks of any size.
    with rig.rig(sys.argv[1], f"library:dir={FOLDER}/tapes,drives=1,slots=3,"
                 "size=328M") as (disks,):
        rig.need("mtx", "-f", disks[0].sg, "load", "1", "0")
        btape(disks, 2048, "test\ny\nquit\n", WORKS)
        btape(disks, 16384, "fill\nm\nquit\n", FILLS)
        print("btape: test, autochanger, fill")


servers.main(main)
