# SPDX-License-Identifier: BSD-2-Clause
"""hostile.py BUILD: peers that do not behave, against a real server: half-open
connections, a byte now and then, declared lengths that never come, resets in
every state. A fresh login works at once after each; SIGTERM with all of them
still there ends with status 0 and what was written is on the disk."""
import os
import socket
import struct
import sys
import tempfile

import servers

KEYS = {"InitiatorName": "iqn.2026-01.test:hostile", "TargetName": servers.IQN,
        "SessionType": "Normal"}
BLOCK = 512


def pdu(opcode, flags=0x80, data=b"", itt=1, cmd_sn=1, rest=b"", dlen=None,
        second=0):
    head = struct.pack(">BBxxI8sIIII", opcode, flags,
                       len(data) if dlen is None else dlen, bytes(8), itt,
                       second, cmd_sn, 0)
    return head + rest.ljust(16, b"\0") + data + bytes(-len(data) % 4)


def text(keys):
    return b"".join(f"{k}={v}\0".encode() for k, v in keys.items())


def login(number):
    p = bytearray(pdu(0x43, 0x87, text({**KEYS, "InitialR2T": "No"}), cmd_sn=1))
    p[8:14] = b"\x40\0\0" + struct.pack(">HB", number & 0xffff, 0)
    return bytes(p)


def receive(s, n):
    data = b""
    while len(data) < n:
        more = s.recv(n - len(data))
        if not more:
            raise servers.Failed("the server closed the connection")
        data += more
    return data


def answer(s):
    head = receive(s, 48)
    n = int.from_bytes(head[5:8], "big")
    return head, receive(s, (n + 3) & ~3)[:n]


class Peer:
    count = 0

    def __init__(self, server, full=True):
        Peer.count += 1
        self.s = socket.create_connection(("127.0.0.1", server.port), 10)
        self.sn = 1
        if full:
            self.s.sendall(login(Peer.count))
            head, _ = answer(self.s)
            if head[0] != 0x23 or head[36:38] != b"\0\0":
                raise servers.Failed(f"login: {head.hex()}")
            # The unit attention of power on.
            self.command(b"\0" * 6)
            answer(self.s)

    def command(self, cdb, flags=0x80, edtl=0, data=b""):
        self.s.sendall(pdu(0x01, flags, data, 100 + self.sn, self.sn,
                           cdb, second=edtl))
        self.sn += 1

    def reset(self):
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
        self.s.close()


def rw(op, lba, nblk):
    return struct.pack(">BxIxH", op, lba, nblk)


def alive(server):
    p = Peer(server)
    p.command(rw(0x28, 0, 8), 0xc0, 8 * BLOCK)
    head, data = answer(p.s)
    if head[0] != 0x25 or len(data) != 8 * BLOCK:
        raise servers.Failed(f"READ: {head.hex()}")
    p.s.close()


# What a peer does before it says no more.
STATES = {
    "connected": lambda v: Peer(v, False),
    "half a header": lambda v: said(Peer(v, False), login(1)[:20]),
    "half a login": lambda v: said(Peer(v, False), login(1)[:-8]),
    "a login that promises 8 KiB":
        lambda v: said(Peer(v, False), pdu(0x43, 0x87, dlen=8192)),
    "logged in": Peer,
    "half a command": lambda v: said(Peer(v), bytes([1]) + bytes(30)),
    "data that never comes":
        lambda v: said(Peer(v), pdu(0x01, 0xa0, itt=9, cmd_sn=2, dlen=4096,
                                    rest=rw(0x2a, 0, 8), second=4096)),
    "R2T unanswered":
        lambda v: asked(Peer(v), rw(0x2a, 0, 256), 0xa0, 256 * BLOCK),
    "answers unread":
        lambda v: asked(Peer(v), rw(0x28, 0, 2048), 0xc0, 2048 * BLOCK, 20),
    "a refused write whose data is due":
        lambda v: asked(Peer(v), rw(0x2a, 0xfffffff0, 8), 0x20, 8 * BLOCK),
    "half a text": lambda v: said(Peer(v), pdu(0x44, 0x40, b"SendTargets",
                                              second=0xffffffff)),
}


def said(p, data):
    p.s.sendall(data)
    return p


def asked(p, cdb, flags, edtl, times=1):
    for _ in range(times):
        p.command(cdb, flags, edtl)
    return p


def states(server):
    held = []
    for make in STATES.values():
        make(server).reset()
        alive(server)
        make(server).s.close()
        alive(server)
        held.append(make(server))
        alive(server)
    return held


def half_open(server):
    """More than may be in login at once, a byte each now and then."""
    held = []
    for i in range(300):
        p = Peer(server, False)
        p.s.sendall(login(i)[:1 + i % 60])
        held.append(p)
        if i % 50 == 49:
            alive(server)
    for p in held:
        try:
            p.s.sendall(b"\0")
        except OSError:
            pass # the server gave its place to another
    alive(server)
    return held


def main():
    with tempfile.TemporaryDirectory() as folder:
        disk = os.path.join(folder, "disk.img")
        with servers.iscsi_server(sys.argv[1],
                                  f"0=disk:path={disk},size=4M") as server:
            data = os.urandom(8 * BLOCK)
            writer = Peer(server)
            writer.command(rw(0x2a, 64, 8), 0xa0, len(data), data)
            head, _ = answer(writer.s)
            if head[0] != 0x21 or head[3]:
                raise servers.Failed(f"WRITE: {head.hex()}")
            held = states(server) + half_open(server)
            status = server.stop()
            if status:
                raise servers.Failed(f"status {status} after SIGTERM: "
                                     f"{server.text(server.err)}")
            del held
        with open(disk, "rb") as f:
            f.seek(64 * BLOCK)
            if f.read(len(data)) != data:
                raise servers.Failed("what was written is not on the disk")


servers.main(main)
