# SPDX-License-Identifier: BSD-2-Clause
"""paths.py BUILD: one disk through two portal groups, as a multipath host uses
it: the path in standby refuses, a host swaps the groups through it, the other
session is told, and after a restart of the server it is still so."""
import os
import sys
import tempfile

import hostile
import servers

STANDBY, CHANGED = (2, 0x040b), (6, 0x2a06)
READ = hostile.rw(0x28, 0, 1)
CAPACITY = bytes([0x25] + [0] * 9)
REPORT = bytes([0xa3, 0x0a, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0])
SET = bytes([0xa4, 0x0a, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0])
SWAP = bytes([0, 0, 0, 0, 2, 0, 0, 1, 0, 0, 0, 2])


class Portal:
    def __init__(self, port):
        self.port = port


def run(peer, cdb, size=0, out=b""):
    """Data of a command that is GOOD, else (sense key, ASC and ASCQ)."""
    peer.command(cdb, 0xa0 if out else 0xc0, len(out) or size, out)
    data = b""
    while True:
        head, more = hostile.answer(peer.s)
        if head[0] == 0x25:  # Data-In, perhaps with status
            data += more
            if not head[1] & 1:
                continue
        elif head[0] == 0x21 and head[3] == 2:
            sense = more[2:]
            return sense[2] & 15, sense[12] << 8 | sense[13]
        if head[3]:
            raise servers.Failed(f"status {head[3]:02x}")
        return data


def expect(what, got, want):
    if got != want:
        raise servers.Failed(f"{what}: {got!r} instead of {want!r}")


def states(peer):
    data = run(peer, REPORT, 64)
    return data[4], data[16]


def swap(one, two):
    expect("READ", run(one, READ, 512), bytes(512))
    expect("READ in standby", run(two, READ, 512), STANDBY)
    expect("its capacity", len(run(two, CAPACITY, 8)), 8)
    expect("the groups", states(two), (0x80, 0x02))
    expect("SET TARGET PORT GROUPS", run(two, SET, out=SWAP), b"")
    expect("who asked", run(two, READ, 512), bytes(512))
    expect("the other session", run(one, READ, 512), CHANGED)
    expect("its READ", run(one, READ, 512), STANDBY)
    expect("the groups", states(one), (0x82, 0x00))


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        nv, port = os.path.join(folder, "nv"), servers.free_port()
        args = ("--portal", f"127.0.0.1:{port},2",
                f"0=disk:mem,size=1M,nv={nv},alua=both,"
                "groups=1:optimized*+2:standby")
        with servers.iscsi_server(build, *args) as server:
            swap(hostile.Peer(server), hostile.Peer(Portal(port)))
        with servers.iscsi_server(build, *args) as server:
            expect("after a restart", states(hostile.Peer(server)),
                   (0x82, 0x00))
            expect("READ", run(hostile.Peer(Portal(port)), READ, 512),
                   bytes(512))


if __name__ == "__main__":
    try:
        main()
    except servers.Failed as e:
        sys.exit(f"paths: {e}")
