# SPDX-License-Identifier: BSD-2-Clause
"""The figures that the gates hold, and how a gate reports."""
import sys

# ARCHITECTURE.md, "Numbers to hold". None depends on the machine's speed.
CORE = {"read": 250, "write": 250, "tur": 150}  # instructions
PUMP = {"read": 500, "tur": 220}
ADAPTER = 150  # what a transport adds, the kernel behind it not counted
# By command, with what it is compared to and how many times that it may add.
# Not READ: what a port does not lend the null store clears. targ: for each
# control block that goes to the driver and back (command, data, status), and a
# WRITE always has to wait for its data. vhost: for each descriptor, as Linux
# lays requests out (the table; the request; data; the response), and for what is
# noted of a request in flight.
ADAPTERS = {"targ": {"tur": ("tur", 2), "write": ("late", 3)},
            "tmtgt": {"send": ("send", 1)},
            "vhost": {"tur": ("tur", 4), "write": ("write", 5)}}
USUAL = {"tur": ("tur", 1), "write": ("write", 1)}
ISCSI_READ = 1200
SCALE = 0.05  # of ISCSI_READ, at 10,000 LUs and 1,000 nexuses
ELEMENT = 400  # instructions of READ ELEMENT STATUS: 60,000 in less than 10 ms
CALLS = {32: 0.25, 1: 3.0}  # system calls per command, by queue depth
COPIES = {"read": 0, "write": 1}  # of the payload, in user space
TAPE = 5000  # instructions of a record, its CRC not counted
TAPE_CALLS = 1.1  # system calls of a record
TAPE_EXTRA = {"heap calls": 0, "bytes copied": 0}
INDEX_READS = 5  # of a LOCATE
OPEN, OPEN_CALLS = 700000, 12  # 550 KiB of memory are cleared
SESSION, LUN = 8192, 1024  # bytes of memory, idle
CODE = {"disk": 12 << 10, "reservations": 24 << 10}  # bytes, Cortex-M, -Os
STACK = 512  # bytes below the entry points, Cortex-M


class Gate:
    def __init__(self):
        self.failed = 0

    def hold(self, what, figure, limit, unit):
        ok = round(figure, 2) <= limit  # to what is printed
        self.failed += not ok
        print(f"{'ok  ' if ok else 'OVER'} {what}: {figure:.2f} {unit} "
              f"(limit {limit:g})", flush=True)

    def end(self):
        sys.exit(1 if self.failed else 0)
