# SPDX-License-Identifier: BSD-2-Clause
"""A character device in this process, by the protocol of /dev/cuse (Linux,
include/uapi/linux/fuse.h): open, release, ioctl, poll."""
import errno
import os
import struct
import threading

INIT, OPEN, RELEASE, IOCTL, POLL = 4096, 14, 18, 39, 40
UNRESTRICTED = 1 # ioctls may name memory that their words do not tell of
RETRY = 4 # ... which the reply to the first try does
NOTIFY_POLL = 1
HEADER = struct.Struct("=IIQQIIII") # length, opcode, unique ...
ANSWER = struct.Struct("=IiQ")
POLLIN = 1


class Memory(Exception):
    """An ioctl needs these (address, length) of its caller: to read, to
    write."""

    def __init__(self, reads, writes):
        super().__init__()
        self.reads, self.writes = reads, writes


class Device:
    """/dev/NAME. Who derives from it answers: opened(), closed() and ioctl()
    are called by a thread; an OSError is what the caller gets."""

    def __init__(self, name):
        self.lock = threading.RLock()
        self.handle = None # of who polls
        self.fd = os.open("/dev/cuse", os.O_RDWR)
        self.init(name)
        threading.Thread(target=self.run, daemon=True).start()

    def init(self, name):
        _, _, unique, *_ = HEADER.unpack_from(os.read(self.fd, 1 << 20))
        reply = struct.pack("=4I", 7, 31, 0, UNRESTRICTED) + \
            struct.pack("=4I", 1 << 17, 1 << 17, 0, 0) + bytes(40)
        self.reply(unique, reply + f"DEVNAME={name}\0".encode())

    def reply(self, unique, body=b"", error=0):
        os.write(self.fd, ANSWER.pack(ANSWER.size + len(body), -error, unique)
                 + body)

    def run(self):
        calls = {OPEN: self.do_open, RELEASE: self.do_release,
                 IOCTL: self.do_ioctl, POLL: self.do_poll}
        while True:
            request = os.read(self.fd, 1 << 20)
            _, opcode, unique, *_ = HEADER.unpack_from(request)
            if opcode not in calls:
                continue # interrupts: nothing here takes long
            try:
                with self.lock:
                    body = calls[opcode](request[HEADER.size:])
                self.reply(unique, body)
            except OSError as e:
                self.reply(unique, error=e.errno)

    def do_open(self, _):
        self.opened()
        return struct.pack("=QII", 1, 0, 0)

    def do_release(self, _):
        self.handle = None
        self.closed()
        return b""

    def do_ioctl(self, body):
        _, _, word, arg, nin, nout = struct.unpack_from("=QIIQII", body)
        try:
            out = self.ioctl(word, arg, body[32:32 + nin], nout)
        except Memory as m:
            vectors = m.reads + m.writes
            return struct.pack("=iIII", 0, RETRY, len(m.reads),
                               len(m.writes)) + \
                b"".join(struct.pack("=QQ", *v) for v in vectors)
        return struct.pack("=iIII", 0, 0, 0, 0) + out

    def do_poll(self, body):
        _, handle, flags, _ = struct.unpack_from("=QQII", body)
        if flags & 1:
            self.handle = handle
        return struct.pack("=II", POLLIN if self.readable() else 0, 0)

    def notify(self):
        """Who polls is to ask again."""
        if self.handle is not None:
            body = struct.pack("=Q", self.handle)
            os.write(self.fd, ANSWER.pack(ANSWER.size + len(body),
                                          NOTIFY_POLL, 0) + body)

    def opened(self):
        raise OSError(errno.ENXIO, "")

    def closed(self):
        pass

    def ioctl(self, word, arg, data, room):
        raise OSError(errno.ENOTTY, "")

    def readable(self):
        return False
