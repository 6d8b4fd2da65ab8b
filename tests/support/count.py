# SPDX-License-Identifier: BSD-2-Clause
"""count.py LOG...: what meson's testlog*.json files tell.

First "PASSED FAILED"; a skipped test counts as failed: ./dev test has installed
all it needs. Then each test that failed, with the lines of its output that say
why, or its last ones.
"""
import json
import re
import sys

WHY = re.compile(r"OVER|\bnot ok\b|FAILED|\berror\b|ERROR|Failed:|[Aa]ssert|"
                 r"[Ee]xpected|==\d+==|\.c:\d+: ")
LINES = 12


def reasons(test):
    lines = [line for stream in ("stdout", "stderr")
             for line in test.get(stream, "").splitlines() if line.strip()]
    return [line for line in lines if WHY.search(line)][:LINES] or \
        lines[-LINES:]


passed, failed = 0, []
for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as f:
        for line in f:
            test = json.loads(line)
            if test["result"] in ("OK", "EXPECTEDFAIL"):
                passed += 1
            else:
                failed.append(test)
print(passed, len(failed))
for test in failed:
    print(f"{test['name']}: {test['result']}")
    for line in reasons(test):
        print("  " + line[:200])
