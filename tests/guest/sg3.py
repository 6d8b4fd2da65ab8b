# SPDX-License-Identifier: BSD-2-Clause
"""sg3.py BUILD [--print] [--tapes] [NAME ...]: sg3_utils' tools, and others that
send commands, against our server: the transcripts in sg3/, or tapes/, all or
those named.

A transcript says what a tool prints about a logical unit, exactly:

    # a comment
    device 0=disk:mem,size=64M,thin
    $ sg_readcap $SG0
      Read Capacity results:
      ...
      Hence:
         Device size: <*> bytes<*>
    [3]

A command runs in a shell, where SG0 and SD0 are the paths of LUN 0 (and so
on; with the line "initiators 2", SG0B and SD0B those of a second session that
is another initiator's, through the server's last portal) and DIR is an empty
folder; "option --portal 127.0.0.1:0,2" is one of the server's. Its output
(both kinds) is indented by two blanks, "..." stands for any lines, "<*>" for
any characters; its exit status follows unless it is 0. Blanks at the end of a
line and empty lines at the end do not count. --print prints a transcript as
it would have to be, for a person to judge: put it into the file when it is
right.
"""
import glob
import os
import re
import sys
import tempfile

import rig
import servers

HERE = os.path.dirname(os.path.abspath(__file__))


def tidy(lines):
    """Without the blanks at the ends that nobody sees."""
    return "\n".join(map(str.rstrip, lines)).rstrip("\n").split("\n") \
        if any(lines) else []


class Step:
    """A command, the lines it should print, its status."""

    def __init__(self, line, command):
        self.line, self.command = line, command
        self.expected, self.status = [], 0

    def matches(self, lines):
        # A line is a piece of text that ends with a newline, "..." any number
        # of them.
        pattern = "".join(
            r"(?:.*\n)*?" if e == "..." else
            ".*".join(map(re.escape, e.split("<*>"))) + r"\n"
            for e in tidy(self.expected))
        return re.fullmatch(pattern, "".join(s + "\n" for s in lines))


class Transcript:
    """A file of sg3/."""

    def __init__(self, path):
        self.path, self.devices, self.steps = path, [], []
        self.initiators, self.options = 1, []
        with open(path, encoding="utf-8") as f:
            self.source = f.read().splitlines()
        for n, line in enumerate(self.source, 1):
            self.take(n, line)

    def take(self, n, line):
        if line.startswith("device "):
            self.devices.append(line.split(" ", 1)[1])
        elif line.startswith("option "):
            self.options += line.split()[1:]
        elif line.startswith("initiators "):
            self.initiators = int(line.split()[1])
        elif line.startswith("$ "):
            self.steps.append(Step(n, line[2:]))
        elif self.steps and (not line or line.startswith("  ")):
            self.steps[-1].expected.append(line[2:])
        elif re.fullmatch(r"\[\d+\]", line):
            self.steps[-1].status = int(line[1:-1])
        elif line and not line.startswith("#"):
            raise servers.Failed(f"{self.path}:{n}: what is this?")

    def results(self, build):
        """(step, status, lines) of each command."""
        with rig.rig(build, *self.devices, initiators=self.initiators,
                     options=self.options) as sessions, \
                tempfile.TemporaryDirectory() as folder:
            env = {"DIR": folder, "PATH":
                   f"{build}/tests/guest:{os.environ['PATH']}"}
            for disks, which in zip(sessions, ("", "B")):
                for lun, disk in disks.items():
                    env |= {f"SG{lun}{which}": disk.sg,
                            f"SD{lun}{which}": disk.sd}
            for step in self.steps:
                status, out = rig.run("sh", "-c", step.command, env=env)
                yield step, status, tidy(out.splitlines())


def show(transcript, build):
    """The transcript, with what is printed now where that is something else;
    "..." and "<*>" are a person's work."""
    results = {step.line: (step, status, lines)
               for step, status, lines in transcript.results(build)}
    for n, line in enumerate(transcript.source, 1):
        if line and not re.match(r"  |\[\d+\]$", line):
            print(line)
        if n in results:
            step, status, lines = results[n]
            if step.matches(lines):
                lines = tidy(step.expected)
            for s in lines:
                print("  " + s if s else "")
            if status:
                print(f"[{status}]")


def check(transcript, build):
    """How many steps went wrong, each told."""
    wrong = 0
    for step, status, lines in transcript.results(build):
        if status != step.status or not step.matches(lines):
            wrong += 1
            name = os.path.basename(transcript.path)
            print(f"{name}:{step.line}: $ {step.command}\n"
                  f"status {status}, expected {step.status}; expected:")
            print(*step.expected, "got:", *lines, "", sep="\n")
    return wrong


def main():
    build, *names = sys.argv[1:]
    os.environ["SCSIEMU_PROFILES"] = os.path.join(HERE, "../../profiles")
    work = check
    if "--print" in names:
        names.remove("--print")
        work = show
    folder = os.path.join(HERE, "sg3")
    if "--tapes" in names:
        names.remove("--tapes")
        folder = os.path.join(HERE, "tapes")
    files = [os.path.join(folder, n + ".txt") for n in names] or \
        sorted(glob.glob(os.path.join(folder, "*.txt")))
    wrong = steps = 0
    for path in files:
        transcript = Transcript(path)
        wrong += work(transcript, build) or 0
        steps += len(transcript.steps)
    if wrong:
        raise servers.Failed(f"{wrong} of {steps} commands went wrong")
    if work is check:
        print(f"{steps} commands in {len(files)} transcripts")


servers.main(main)
