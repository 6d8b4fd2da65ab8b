# SPDX-License-Identifier: BSD-2-Clause
"""count.py LOG...: "PASSED FAILED" of meson's testlog*.json files.

A skipped test counts as failed: ./dev test has installed all it needs.
"""
import json
import sys

passed = failed = 0
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as f:
        for line in f:
            if json.loads(line)["result"] in ("OK", "EXPECTEDFAIL"):
                passed += 1
            else:
                failed += 1
print(passed, failed)
