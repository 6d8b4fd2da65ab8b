# SPDX-License-Identifier: BSD-2-Clause
"""The back end of a virtual machine, as docs/vhost-user.md has it typed."""
import os
import re
import signal

import servers


class Typed(servers.Process):
    """What is left in the background by a line that was typed."""

    def __init__(self, build, folder, text):
        super().__init__(
            ["sh", "-c", f"cd {folder}\n{text}\necho pid $!\nwait $!"],
            env={"PATH": f"{build}/examples:{os.environ['PATH']}"})
        servers.wait_for(lambda: "waiting" in self.text(self.out), text,
                         self.alive)

    def stop(self, sig=signal.SIGTERM):
        pid = servers.wait_for(
            lambda: re.search(r"pid (\d+)", self.text(self.out)), "its pid")
        os.kill(int(pid.group(1)), sig)
        return self.child.wait(self.grace)
