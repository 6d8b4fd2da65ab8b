# SPDX-License-Identifier: BSD-2-Clause
"""stack.py [--gate [CODE CODE]] FOLDER ENTRY...: the deepest stack below each entry.

From what the compiler writes with -fcallgraph-info=su. A call through a
pointer may reach any internal function that nobody calls by name (row
handlers, page writers, a type's functions); such a call is followed once on a
path, which is how the engine works: it calls a handler, and handlers call
nothing back through pointers except facts and the trace, which are the
embedder's. Where only one member of a table is called (DISPATCH), it reaches
what the sources have for that member. Entries that only set a device up are
printed, not held.
"""
import glob
import os
import re
import sys

sys.setrecursionlimit(10000)
NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
BYTES = re.compile(r"(\d+) bytes \((static|dynamic[^)]*)\)")
ANY = "__indirect_call"
EMBEDDER = "semu_trace_slow"  # calls the embedder's own function
# Who calls through which member of which tables.
DISPATCH = {"semu_lu_reset": "reset", "semu_lu_loaded": "loaded",
            "semu_itl_lost": "lost", "finish": "finish",
            "stopped": "applies", "semu_check_odd_state": "stops",
            "attention": "attention", "query_event": "attention"}
DISPATCH.update((f"semu_parts_{m}", m) for m in (
    "reset", "loaded", "tick", "restore", "wiped", "begin"))
SOURCES = os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "src", "*", "*.[ch]")
SETUP = re.compile(r"_(size|init|add|load|changed|attach)$")


def read(folder):
    own, calls = {}, {}
    for path in glob.glob(os.path.join(folder, "*.ci")):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for title, label in NODE.findall(text):
            size = BYTES.search(label)
            if size:
                own[title] = int(size.group(1))
                if size.group(2) != "static":
                    raise SystemExit(f"{title}: its stack is not bounded")
        for source, target in EDGE.findall(text):
            calls.setdefault(source, set()).add(target)
    return own, calls


def members():
    """For each member of DISPATCH the functions that tables have for it."""
    found = {m: set() for m in DISPATCH.values()}
    for path in glob.glob(SOURCES):
        with open(path, encoding="utf-8") as f:
            for member, name in re.findall(r"\.(\w+) = (\w+)", f.read()):
                if member in found:
                    found[member].add(name)
    return found


def short(title):
    return title.rsplit(":", 1)[-1]


def plain(title):
    """The name in the source: without what the compiler appends."""
    return short(title).split(".")[0]


class Stack:
    def __init__(self, own, calls, entries):
        self.own, self.calls = own, calls
        self.members = members()
        called = {t for ts in calls.values() for t in ts}
        self.pointed = [n for n in own
                        if n not in called and n not in entries
                        and not short(n).startswith("scsiemu_")]
        self.memo = {}

    def depth(self, name, pointers, path=()):
        """(bytes, path) below and including name; pointers: how many more
        calls through pointers are followed."""
        key = (name, pointers)
        if key in self.memo:
            return self.memo[key]
        if name in path:  # recursion is counted once
            return 0, ()
        best = (0, ())
        for target in sorted(self.calls.get(name, ())):
            if target != ANY:
                best = max(best, self.depth(target, pointers, (*path, name)))
            elif pointers and short(name) != EMBEDDER:
                member = DISPATCH.get(plain(name))
                for p in self.pointed:
                    if member and plain(p) not in self.members[member]:
                        continue
                    best = max(best, self.depth(p, pointers - 1,
                                                (*path, name)))
        mine = self.own.get(name, 0)
        self.memo[key] = mine + best[0], ((name, mine), *best[1])
        return self.memo[key]


def main():
    args = sys.argv[1:]
    held = args[0] == "--gate"
    args = args[held:]
    code = {}
    while args[0].isdigit():
        code[("disk", "reservations")[len(code)]] = int(args.pop(0))
    own, calls = read(args[0])
    entries = [e for e in args[1:] if e in own]
    stack = Stack(own, calls, set(args[1:]))
    worst = 0
    print(f"stack below the entry points ({os.path.basename(args[0])}), bytes")
    for e in entries:
        deep, path = stack.depth(e, 1)
        if not SETUP.search(e):
            worst = max(worst, deep)
        print(f"  {e:24} {deep:5}  "
              f"{' > '.join(f'{short(n)} {b}' for n, b in path if b)}")
    if not held:
        return
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(
        os.path.abspath(__file__))), "tests", "gate"))
    import limits
    gate = limits.Gate()
    for what, name in (("disk", "the smallest disk"),
                       ("reservations", "... with reservations")):
        if what in code:
            gate.hold(f"code and data of {name}, Cortex-M3", code[what],
                      limits.CODE[what], "bytes")
    gate.hold("stack of a command, Cortex-M3", worst, limits.STACK,
              "bytes")
    gate.end()


main()
