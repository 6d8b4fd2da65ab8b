# SPDX-License-Identifier: BSD-2-Clause
"""The project's files, and how a style check reports."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def files(*endings):
    """Paths below the root, as git has them (or as a tarball has them)."""
    git = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=False)
    if git.returncode == 0:
        names = git.stdout.splitlines()
    else:
        names = [os.path.relpath(os.path.join(d, n), ROOT)
                 for d, _, ns in os.walk(ROOT) for n in ns
                 if not os.path.relpath(d, ROOT).startswith("build")]
    return sorted(n for n in names if n.endswith(endings or ("",)) and
                  os.path.isfile(os.path.join(ROOT, n)))


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8",
              errors="replace") as f:
        return f.read()


def report(faults, what):
    """Print and leave: the exit status says whether there were any."""
    for f in faults:
        print(f)
    print(f"{what}: {len(faults)} faults")
    sys.exit(1 if faults else 0)
