# SPDX-License-Identifier: BSD-2-Clause
"""vscsi_headers.py SOURCE_ROOT CC...: the adapter compiles with headers of
OpenBSD's shape, as they were at three times. They are written here from what
vscsi(4) documents; only names and types matter."""
import pathlib
import subprocess
import sys
import tempfile

# Bytes of a CDB, bytes of sense, whether a command can end with a reset.
AGES = {"2011-01": (12, 32, False), "2011-03": (16, 32, False),
        "today": (16, 18, True)}

SCSI_ALL = """
struct scsi_generic {{ u_int8_t opcode; u_int8_t bytes[{cdb} - 1]; }};
struct scsi_sense_data {{ u_int8_t error_code; u_int8_t other[{sense} - 1]; }};
"""

ENDS = {
    False: "enum { STAT_DONE, STAT_SENSE, STAT_ERR };\n",
    True: "enum { STAT_DONE, STAT_SENSE, STAT_RESET, STAT_ERR };\n"
          "#define VSCSI_STAT_RESET STAT_RESET\n",
}

VSCSIVAR = """
struct vscsi_ioc_i2t {{
	int tag; u_int target; u_int lun; struct scsi_generic cmd;
	size_t cmdlen; size_t datalen; int direction;
}};
struct vscsi_ioc_data {{ int tag; void *data; size_t datalen; }};
struct vscsi_ioc_t2i {{ int tag; int status; struct scsi_sense_data sense; }};
struct vscsi_ioc_devevent {{ int target; int lun; }};
#define VSCSI_DIR_NONE 0
#define VSCSI_DIR_READ 1
#define VSCSI_DIR_WRITE 2
{ends}
#define VSCSI_STAT_DONE STAT_DONE
#define VSCSI_STAT_SENSE STAT_SENSE
#define VSCSI_STAT_ERR STAT_ERR
#define VSCSI_I2T _IOR('I', 0, struct vscsi_ioc_i2t)
#define VSCSI_DATA_READ _IOW('I', 1, struct vscsi_ioc_data)
#define VSCSI_DATA_WRITE _IOW('I', 2, struct vscsi_ioc_data)
#define VSCSI_T2I _IOW('I', 3, struct vscsi_ioc_t2i)
#define VSCSI_REQPROBE _IOW('I', 4, struct vscsi_ioc_devevent)
#define VSCSI_REQDETACH _IOW('I', 5, struct vscsi_ioc_devevent)
"""


def compile_with(root, cc, folder, cdb, sense, reset):
    for name, text in (("scsi/scsi_all.h", SCSI_ALL),
                       ("dev/vscsivar.h", VSCSIVAR)):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(cdb=cdb, sense=sense, ends=ENDS[reset]))
    done = subprocess.run(
        [*cc, "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
         "-fsyntax-only", "-DSEMU_VSCSI_HEADERS", f"-I{folder}",
         f"-I{root}/include", f"-I{root}/src", f"-I{root}",
         *sorted((root / "src/transport/vscsi").glob("*.c"))], check=False)
    return done.returncode


def main():
    root, cc = pathlib.Path(sys.argv[1]), sys.argv[2:]
    failed = []
    for age, shape in AGES.items():
        with tempfile.TemporaryDirectory() as folder:
            if compile_with(root, cc, pathlib.Path(folder), *shape):
                failed.append(age)
    if failed:
        sys.exit(f"does not compile with headers of {', '.join(failed)}")


main()
