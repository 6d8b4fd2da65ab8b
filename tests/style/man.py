# SPDX-License-Identifier: BSD-2-Clause
"""man.py SCSIEMU [PROGRAM ...] [--update]

Each program that is installed has a man page. The pages pass mandoc's lint;
their options are those of --help; the keys of device strings stand in
scsiemu.1 as scsiemu_host_help() has them (--update writes them there); the
limits of iscsi-server.1 are those there are."""
import os
import re
import shutil
import subprocess
import sys

import tree

PAGES = "docs/man/"
BEGIN = '.\\" keys: made by ./dev lint --fix\n'
END = '.\\" end of keys\n'


def escape(text):
    text = text.replace("\\", "\\e").replace("^", "\\(ha")
    return "\\&" + text if text[:1] in (".", "'") else text


def keys(text):
    """The keys of the help text as list items of mdoc."""
    out = []
    for line in text.splitlines():
        found = re.match(r"^    ?(\w+)(?:=(\S+))?(?:  +(\S.*))?$", line)
        if found and line.startswith("    "):
            name, value, what = found.groups()
            head = f".It Cm {name}"
            if value:
                head += f" Ns = Ns Ar {escape(value)}"
            out.append(head + "\n")
            line = what or ""
        elif not line.startswith("     ") or not out:
            continue
        if line.strip():
            line = line.strip()
            out.append(escape(line[0].upper() + line[1:]
                              if out[-1].startswith(".It") else line) + "\n")
    return "".join(out)


def fill(page, made):
    if BEGIN not in page or END not in page:
        tree.report([f"{PAGES}scsiemu.1: no marks for the keys"], "man")
    head, rest = page.split(BEGIN)
    return head + BEGIN + made + END + rest.split(END)[1]


def options(page, text):
    """What --help and the page do not have in common."""
    there = set(re.findall(r"^\.It Fl -([a-z-]+)", page, re.M)) | {"help"}
    shown = set(re.findall(r"--([a-z][a-z-]*)", text)) | {"help"}
    return there ^ shown


def lint(name):
    if not shutil.which("mandoc"):
        return ["mandoc is not installed"]
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", name],
                          cwd=tree.ROOT, capture_output=True, text=True,
                          check=False)
    # Xr: the pages may not be installed here
    return [x for x in done.stdout.splitlines()
            if "referenced manual not found" not in x]


def limits(page):
    there = set(re.findall(r"^\.It Cm (\w+)$", page, re.M))
    table = set(re.findall(r"^\tLIMIT\((\w+),",
                           tree.read("src/transport/iscsi/limits.c"), re.M))
    return there ^ table


faults = []
programs = [a for a in sys.argv[1:] if not a.startswith("--")]
helps = {os.path.basename(p): subprocess.run(
    [p, "--help"], capture_output=True, text=True, check=True).stdout
         for p in programs}
for program, text in helps.items():
    name = f"{PAGES}{program}.1"
    page = tree.read(name)
    if program == "scsiemu":
        made = fill(page, keys(text.split("\nDEVICE is\n")[1]))
        if made != page and "--update" in sys.argv:
            with open(os.path.join(tree.ROOT, name), "w",
                      encoding="utf-8") as f:
                f.write(made)
        elif made != page:
            faults.append(f"{name}: the keys of device strings are not those "
                          "of scsiemu_host_help(); run ./dev lint --fix")
    elif program == "iscsi-server":
        faults += [f"{name}: the limit {x} is only there, or only in "
                   "limits.c" for x in sorted(limits(page))]
    faults += [f"{name}: the option --{x} is only there, or only in --help"
               for x in sorted(options(page, text))]
    faults += lint(name)
tree.report(faults, "man")
