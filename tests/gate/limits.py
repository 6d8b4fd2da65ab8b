# SPDX-License-Identifier: BSD-2-Clause
"""The figures that the gates hold, and how a gate reports."""
import sys

# ARCHITECTURE.md, "Numbers to hold". None depends on the machine's speed.
CORE = {"read": 250, "write": 250, "tur": 150}  # instructions
PUMP = {"read": 500, "tur": 220}
ADAPTER = 150  # what a transport of mapped memory adds
# What others add, with the test's kernel behind them. vscsi: two system calls for
# a command and one for each piece of data; targ: two control blocks of the
# driver's, three where it has to wait for data. vhost: as Linux lays requests
# out, in a table of descriptors that a hostile guest may change; the LU is looked
# up; what is in flight is noted.
ADAPTERS = {"vscsi": {"write": 270, "tur": 180},
            "targ": {"write": 1100, "tur": 450},
            "vhost": {"write": 760, "tur": 680}}
ISCSI_READ = 1200
SCALE = 0.05  # of ISCSI_READ, at 10,000 LUs and 1,000 nexuses
CALLS = {32: 0.25, 1: 3.0}  # system calls per command, by queue depth
COPIES = {"read": 0, "write": 1}  # of the payload, in user space
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
