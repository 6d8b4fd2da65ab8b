# SPDX-License-Identifier: BSD-2-Clause
"""OpenBSD's /dev/vscsi0 on Linux: a device by CUSE that takes the ioctls of
BSD, and an initiator in front of it."""
import collections
import errno
import struct
import threading

import cuse
import servers

# sys/dev/vscsivar.h and sys/ioccom.h, on a 64-bit machine.
I2T, DATA_READ, DATA_WRITE = 0x40384900, 0x80184901, 0x80184902
T2I, REQPROBE, REQDETACH = 0x801c4903, 0x80084904, 0x80084905
COMMAND = struct.Struct("=iII16s4xQQi4x")
DATA = struct.Struct("=i4xQQ")
END = struct.Struct("=ii18s2x")
EVENT = struct.Struct("=ii")
NONE, READ, WRITE = 0, 1, 2
DONE, SENSE, RESET, ERR = 0, 1, 2, 3
MOST = 65536 # MAXPHYS


class Command:
    def __init__(self, address, cdb, direction, data):
        self.address, self.cdb, self.direction = address, cdb, direction
        self.data, self.moved = bytearray(data), 0
        self.status, self.sense = None, b""
        self.ended = threading.Event()

    def end(self, status, sense=b""):
        self.status, self.sense = status, sense
        self.ended.set()


def fail(code):
    raise OSError(code, "")


class Bus(cuse.Device):
    """The kernel's half (sys/dev/vscsi.c)."""

    def __init__(self):
        self.is_open = False
        self.queue, self.taken = collections.deque(), {}
        self.tag = 0x7ffffffe # it wraps soon
        self.events = []
        self.calls = {DATA_READ: self.data_read, DATA_WRITE: self.data_write,
                      T2I: self.t2i, REQPROBE: self.event,
                      REQDETACH: self.event}
        self.sizes = {DATA_READ: DATA.size, DATA_WRITE: DATA.size,
                      T2I: END.size, REQPROBE: EVENT.size,
                      REQDETACH: EVENT.size}
        super().__init__("vscsi0")

    # ---- The process's side ----

    def opened(self):
        if self.is_open:
            fail(errno.EBUSY)
        self.is_open = True

    def closed(self):
        for c in [*self.queue, *self.taken.values()]:
            c.end(RESET)
        self.queue.clear()
        self.taken.clear()
        self.events.clear()
        self.is_open = False

    def readable(self):
        return bool(self.queue)

    def ioctl(self, word, arg, data, room):
        if word == I2T:
            return self.i2t(arg, room)
        if word not in self.calls:
            fail(errno.ENOTTY)
        size = self.sizes[word]
        if not data:
            raise cuse.Memory([(arg, size)], [])
        return self.calls[word](word, arg, data[:size], data[size:], room)

    def i2t(self, arg, room):
        if not self.queue:
            fail(errno.EAGAIN)
        if not room:
            raise cuse.Memory([], [(arg, COMMAND.size)])
        c = self.queue.popleft()
        tag = (self.tag + 2**31) % 2**32 - 2**31
        self.tag += 1
        self.taken[tag] = c
        return COMMAND.pack(tag, *c.address, c.cdb, len(c.cdb), len(c.data),
                            c.direction)

    def find(self, tag, length, direction):
        c = self.taken.get(tag)
        if not c:
            fail(errno.EFAULT)
        if length > len(c.data) - c.moved:
            fail(errno.ENOMEM)
        if direction != c.direction:
            fail(errno.EINVAL)
        return c

    def data_read(self, _, arg, head, data, __):
        tag, at, length = DATA.unpack(head)
        c = self.find(tag, length, READ)
        if length and not data:
            raise cuse.Memory([(arg, DATA.size), (at, length)], [])
        c.data[c.moved:c.moved + length] = data
        c.moved += length
        return b""

    def data_write(self, _, arg, head, __, room):
        tag, at, length = DATA.unpack(head)
        c = self.find(tag, length, WRITE)
        if length and not room:
            raise cuse.Memory([(arg, DATA.size)], [(at, length)])
        c.moved += length
        return bytes(c.data[c.moved - length:c.moved])

    def t2i(self, _, __, head, ___, ____):
        tag, status, sense = END.unpack(head)
        c = self.taken.pop(tag, None)
        if not c:
            fail(errno.EFAULT)
        c.end(status, sense)
        return b""

    def event(self, word, _, head, __, ___):
        self.events.append((word, *EVENT.unpack(head)))
        return b""

    # ---- The initiator ----

    def send(self, target, lun, cdb, direction=NONE, data=b""):
        c = Command((target, lun), bytes(cdb), direction, data)
        with self.lock:
            if not self.is_open:
                c.end(RESET)
                return c
            self.queue.append(c)
        self.notify()
        return c

    def wait(self, c):
        if not c.ended.wait(60):
            raise servers.Failed(f"{c.cdb.hex()}: not answered")
        return c

    def read(self, target, lun, cdb, length):
        return self.wait(self.send(target, lun, cdb, READ, bytes(length)))

    def write(self, target, lun, cdb, data):
        return self.wait(self.send(target, lun, cdb, WRITE, data))

    def none(self, target, lun, cdb):
        return self.wait(self.send(target, lun, cdb))

    def forget(self):
        """The host gives up all that the process has."""
        with self.lock:
            for c in self.taken.values():
                c.end(RESET)
            self.taken.clear()
