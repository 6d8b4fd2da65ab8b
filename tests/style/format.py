# SPDX-License-Identifier: BSD-2-Clause
"""C files are as clang-format 14 lays them out (.clang-format).

Tables of rows may run to 90 columns: they stand between clang-format off and
on, and are the only lines that may pass 80.
"""
import shutil
import subprocess

import tree

names = tree.files(".c", ".h")
tool = shutil.which("clang-format-14")
if not tool:
    tree.report(["clang-format-14 is not installed"], "format")
done = subprocess.run([tool, "--dry-run", *names], cwd=tree.ROOT,
                      capture_output=True, text=True, check=False)
bad = {line.split(":")[0] for line in done.stderr.splitlines()
       if "[-Wclang-format-violations]" in line}
faults = [f"{n}: not as clang-format-14 has it (./dev lint --fix)"
          for n in sorted(bad)]
for n in names:
    for i, line in enumerate(tree.read(n).splitlines(), 1):
        if len(line.expandtabs(8)) > 90:
            faults.append(f"{n}:{i}: longer than 90 columns")
        if line != line.rstrip():
            faults.append(f"{n}:{i}: space at the end of the line")
tree.report(faults, "format")
