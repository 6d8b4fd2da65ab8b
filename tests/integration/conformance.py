# SPDX-License-Identifier: BSD-2-Clause
"""conformance.py BUILD CONFORMANCE_ISCSI: the rules of tape drives, over iSCSI."""
import subprocess
import sys

import servers


def run(program, server, status):
    done = subprocess.run(
        [program, "ssc", f"iscsi://127.0.0.1:{server.port}/{servers.IQN}/0",
         "--destroy"], capture_output=True, text=True, check=False,
        timeout=300)
    if done.returncode != status:
        raise servers.Failed(f"exit status {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return [line.split(" - ")[1] for line in done.stdout.splitlines()
            if line.startswith("not ok ")]


def main():
    build, program = sys.argv[1:]
    tape = "tape:mem,size=64M"
    with servers.iscsi_server(build, tape) as server:
        run(program, server, 0)
        run(program, server, 0)  # whatever the first one has left
    with servers.iscsi_server(
            build, tape + ",inject=op=8f:sense=4/44/00") as server:
        broken = run(program, server, 1)
    if broken != ["VERIFY elsewhere"]:
        raise servers.Failed(f"broken: {broken}")
    print("ok")


servers.main(main)
