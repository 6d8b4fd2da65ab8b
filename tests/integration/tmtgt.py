# SPDX-License-Identifier: BSD-2-Clause
"""tmtgt.py BUILD: initiators SEND to examples/tmtgt and its output has each
message once; through the device string proc they talk to each other."""
import os
import sys

import hostile
import paths
import servers

NAME = hostile.KEYS["InitiatorName"]
TARGET = "iqn.2026-11.org.scsiemu:tmtgt"
BUSY = "status 08"
NOT_READY, TOO_LONG = (2, 0x0400), (5, 0x2400)


def cdb(op, length):
    return bytes([op, 0]) + length.to_bytes(3, "big") + b"\0"


def send(peer, data):
    return paths.run(peer, cdb(0x0a, len(data)), out=data)


def receive(peer, length=100):
    return paths.run(peer, cdb(0x08, length), length)


def busy(what, *args):
    try:
        got = what(*args)
    except servers.Failed as e:
        if str(e) == BUSY:
            return
        raise
    raise servers.Failed(f"{got!r} instead of BUSY")


def buffers(build):
    """Messages of one buffer, of several, and of more than there are."""
    messages = [b"hello", bytes(i % 251 for i in range(8192)), b"\n3 5\n"]
    program = os.path.join(build, "examples", "tmtgt")
    hostile.KEYS["TargetName"] = TARGET
    with servers.Server([program, "127.0.0.1:0", f"3={NAME}"]) as server:
        peer = hostile.Peer(server)
        for m in messages:
            paths.expect("SEND", send(peer, m), b"")
        paths.expect("what never fits",
                     paths.run(peer, cdb(0x0a, 64 * 4096 + 1)), TOO_LONG)
        busy(receive, peer)
        hostile.KEYS["InitiatorName"] = "iqn.2026-01.test:stranger"
        paths.expect("a stranger's", send(hostile.Peer(server), b"hey"),
                     NOT_READY)
        hostile.KEYS["InitiatorName"] = NAME
        with open(server.out, "rb") as f:
            got = f.read().split(b"\n", 1)[1]
        want = b"".join(b"3 %d\n%s\n" % (len(m), m) for m in messages)
        paths.expect("what came out", got, want)


def mailbox(build):
    hostile.KEYS["TargetName"] = servers.IQN
    with servers.iscsi_server(build, "proc:size=4K") as server:
        one, two = hostile.Peer(server), hostile.Peer(server)
        paths.expect("SEND", send(one, b"to whom it may concern"), b"")
        paths.expect("SEND", send(one, b"again"), b"")
        paths.expect("RECEIVE", receive(two), b"to whom it may concern")
        paths.expect("its own", receive(one, 3), b"aga")
        paths.expect("the rest", receive(two), b"in")
        busy(receive, two)
        paths.expect("SEND", send(two, bytes(4000)), b"")
        busy(send, one, b"full" * 30)
        paths.expect("RECEIVE", len(receive(one, 8192)), 4000)


def main():
    buffers(sys.argv[1])
    mailbox(sys.argv[1])


if __name__ == "__main__":
    servers.main(main)
