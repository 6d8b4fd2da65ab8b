# SPDX-License-Identifier: BSD-2-Clause
"""A block device of the kernel whose requests come to this process (Linux,
Documentation/admin-guide/blockdev/nbd.rst)."""
import contextlib
import errno
import fcntl
import os
import socket
import struct
import threading

REQUEST = struct.Struct(">IIQQI")
REPLY = struct.Struct(">IIQ")
REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
READ, WRITE, DISCONNECT, FLUSH = range(4)
SET_SOCK, SET_BLKSIZE, DO_IT, CLEAR_SOCK = 0xab00, 0xab01, 0xab03, 0xab04
SET_SIZE_BLOCKS, STOP, SET_FLAGS = 0xab07, 0xab08, 0xab0a
HAS_FLAGS, SEND_FLUSH = 1, 4


def receive(sock, n):
    data = bytearray()
    while len(data) < n:
        piece = sock.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def serve(sock, disk):
    """disk: read(at, length), write(at, data), flush(); OSError fails one. The
    kernel is done when the socket is closed."""
    with sock:
        while answer(sock, disk):
            pass


def answer(sock, disk):
    """One request; False: it was the last."""
    try:
        magic, kind, handle, at, length = REQUEST.unpack(
            receive(sock, REQUEST.size))
    except EOFError:
        return False
    kind &= 0xffff # the rest are flags
    assert magic == REQUEST_MAGIC
    if kind == DISCONNECT:
        return False
    data = receive(sock, length) if kind == WRITE else b""
    calls = {READ: lambda: disk.read(at, length),
             WRITE: lambda: disk.write(at, data), FLUSH: disk.flush}
    try:
        out, error = calls[kind]() or b"", 0
    except OSError as e:
        out, error = b"", e.errno or errno.EIO
    sock.sendall(REPLY.pack(REPLY_MAGIC, error, handle) + out)
    return True


@contextlib.contextmanager
def device(path, nblk, disk):
    """path, e.g. /dev/nbd0, is the disk, of blocks of 512 bytes."""
    ours, kernels = socket.socketpair()
    fd = os.open(path, os.O_RDWR)
    for call, arg in ((SET_BLKSIZE, 512), (SET_SIZE_BLOCKS, nblk),
                      (SET_FLAGS, HAS_FLAGS | SEND_FLUSH),
                      (SET_SOCK, kernels.fileno())):
        fcntl.ioctl(fd, call, arg)
    threads = [threading.Thread(target=serve, args=(ours, disk), daemon=True),
               threading.Thread(target=do_it, args=(fd,), daemon=True)]
    for t in threads:
        t.start()
    try:
        yield path
    finally:
        fcntl.ioctl(fd, STOP)
        for t in threads:
            t.join(60)
        os.close(fd)


def do_it(fd):
    try:
        fcntl.ioctl(fd, DO_IT)
    except OSError:
        pass # how it ends
    fcntl.ioctl(fd, CLEAR_SOCK)
