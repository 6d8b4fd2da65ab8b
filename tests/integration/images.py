# SPDX-License-Identifier: BSD-2-Clause
"""images.py TAPE_IMAGE SCSIEMU: tapes of SIMH and Hercules, by their own programs:
these read what we write, and we read what these write."""
import os
import random
import shutil
import subprocess
import sys
import tempfile

MARK = None
tape_image, scsiemu = sys.argv[1:]


class Failed(Exception):
    pass


def run(*args, text=None):
    if not shutil.which(args[0]):
        raise Failed(f"{args[0]} is not installed")
    done = subprocess.run(args, capture_output=True, text=True, check=False,
                          input=text, timeout=60)
    if done.returncode:
        raise Failed(f"{' '.join(args)}: status {done.returncode}\n"
                     f"{done.stdout}{done.stderr}")
    return done.stdout


def write(form, path, objects):
    run(tape_image, "write", form, path, text="".join(
        ("mark" if o is MARK else o.hex()) + "\n" for o in objects))


def read(form, path):
    return [MARK if line == "mark" else bytes.fromhex(line) for line in
            run(tape_image, "read", form, path).splitlines()]


def convert(*args):
    run(scsiemu, "media", "convert", "-q", *args)


def expect(what, got, want):
    if got != want:
        raise Failed(f"{what}: {got!r}, not {want!r}"[:2000])


def tape():
    """Files with records that compress, that do not, and of odd lengths."""
    chance = random.Random(1)
    objects = []
    for _ in range(3):
        for n in (1, 80, 4097, 32760):
            some = chance.randbytes(n)
            objects += [some, (some[:7] * n)[:n]]
        objects += [(some[:9] * 7282)[:65535], MARK]
    return objects + [MARK]


def hercules(folder):
    ours, theirs, flat = (os.path.join(folder, n) for n in
                          ("ours.aws", "theirs.het", "flat"))
    objects = tape()
    write("aws", ours, objects)
    for way in (["-z"], ["-b"], ["-d"], ["-s"], ["-z", "-c", "5000"]):
        if os.path.exists(theirs):
            os.remove(theirs)
        run("hetupd", *way, ours, theirs)
        expect(f"hetupd {' '.join(way)}", read("aws", theirs), objects)
    listed = run("hetmap", "-t", ours)
    if "65535" not in listed:
        raise Failed(f"hetmap: {listed}")
    for number in (1, 3):
        run("hetget", "-n", ours, flat, str(number), "U", "0", "65535")
        with open(flat, "rb") as f:
            expect("hetget", f.read(), b"".join(
                objects[:9] if number == 1 else objects[20:29]))
    converted(folder, ours, theirs, objects)
    # a labelled tape of theirs, to which we add a file
    run("hetinit", "-i", theirs, "VOL123", "OWNER")
    labels = read("aws", theirs)
    expect("VOL1", labels[0][:10], "VOL1VOL123".encode("cp037"))
    for way in (["-d"], ["-z"]):
        run("hetupd", *way, theirs)
        expect("the same labels", read("aws", theirs), labels)
    run(tape_image, "write", "aws", theirs, text=b"more".hex() + "\n")
    run("hetmap", theirs)


def converted(folder, ours, theirs, objects):
    """Theirs to our format, and back to what they read."""
    tape, het, again = (os.path.join(folder, n) for n in
                        ("converted.tape", "converted.het", "again.aws"))
    convert(theirs, tape)
    convert(tape, het)
    if os.path.getsize(het) >= os.path.getsize(ours):
        raise Failed("a HET that is not compressed")
    run("hetmap", het)
    run("hetupd", "-d", het, again)
    expect("our HET, by hetupd", read("aws", again), objects)


# Machine code of a PDP-11: the TM11's byte count, address and command, until it
# is ready.
TMC = [0o12737, 0, 0o172524, 0o12737, 0, 0o172526, 0o12737, 0, 0o172522,
       0o105737, 0o172522, 0o100375, 0]
REWIND, READ, WRITE, WRITE_MARK = 0o60017, 0o60003, 0o60005, 0o60007
BUFFER = 0o2000


def command(code, n=0):
    """Lines that have the simulated machine do it."""
    words = list(TMC)
    words[1], words[4], words[7] = -n & 0xffff, BUFFER, code
    return [f"d {0o1000 + 2 * i:o} {w:o}" for i, w in enumerate(words)] + \
        ["go 1000"]


def simh(folder):
    ours, theirs, script = (os.path.join(folder, n) for n in
                            ("ours.tap", "theirs.tap", "script"))
    objects = [b"a record", MARK, b"odd", b"12", MARK, MARK]
    tape, first = (os.path.join(folder, n) for n in ("s.tape", "first.tap"))
    write("simh", first, objects)
    convert(first, tape)
    convert(tape, ours)
    lines = ["set tm enabled", f"attach tm0 {theirs}"]
    for o in objects:
        if o is MARK:
            lines += command(WRITE_MARK)
            continue
        padded = o + b"\0"
        lines += [f"d {BUFFER + i:o} {padded[i] | padded[i + 1] << 8:o}"
                  for i in range(0, len(o), 2)]
        lines += command(WRITE, len(o))
    lines += ["detach tm0", f"attach -r tm0 {ours}"]
    for o in objects:
        lines += command(READ, 64)
        # the bytes that are missing from 64, and what was read
        lines += ["examine 17772524", f"examine {BUFFER:o}-{BUFFER + 6:o}"]
    lines += ["detach tm0", "quit"]
    with open(script, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    said = run("pdp11", script)
    expect("a tape of SIMH's", read("simh", theirs), objects)
    convert(theirs, os.path.join(folder, "t.tape"))
    convert(os.path.join(folder, "t.tape"), os.path.join(folder, "t.aws"))
    expect("the same as AWSTAPE", read("aws", os.path.join(folder, "t.aws")),
           objects)
    # the same but for the byte that pads, which SIMH leaves as it was
    expect("their length", os.path.getsize(theirs), os.path.getsize(ours))
    values = [int(line.split(":")[1], 8) for line in said.splitlines()
              if ":\t" in line and line.split(":")[0].isdigit()]
    for i, o in enumerate(objects):
        count, *words = values[5 * i:5 * i + 5]
        if o is MARK:
            continue
        expect("bytes that SIMH read", count, len(o) - 64 & 0xffff)
        expect("what SIMH read", b"".join(
            w.to_bytes(2, "little") for w in words)[:len(o)], o)


with tempfile.TemporaryDirectory() as d:
    try:
        hercules(d)
        simh(d)
    except Failed as e:
        sys.exit(str(e))
