/* SPDX-License-Identifier: BSD-2-Clause */
/* host/devhelp.c - the keys of device strings as --help shows them. */
#include <scsiemu/host.h>

/* A string literal has at most 4095 characters: two that follow each other. */
#define DISK                                                                   \
	"disk:STORE[,KEY...]    a block device (SBC-4)\n"                      \
	"  one store:\n"                                                       \
	"    path=FILE          a file or block device; with size= it "        \
	"is created\n"                                                         \
	"    mem                memory, gone at the end\n"                     \
	"    null               reads zeros, forgets writes\n"                 \
	"  keys:\n"                                                            \
	"    size=BYTES         K M G T P are 2^10 ... 2^50\n"                 \
	"    block=BYTES        logical block: 256 to 4096, a power of "       \
	"two; 512\n"                                                           \
	"    exponent=N         2^N logical blocks per physical: 0 to "        \
	"15; 0\n"                                                              \
	"    thin               UNMAP gives room back\n"                       \
	"    pool=BYTES         mem, thin: no more can be written\n"           \
	"    thresholds         tell hosts when the pool gets low\n"           \
	"    defects=N          room for N reassigned or unreadable "          \
	"blocks\n"                                                             \
	"    readonly           refuses writes\n"                              \
	"    removable          the medium can be ejected\n"                   \
	"    aca                commands with NACA may stop the task "         \
	"set\n"                                                                \
	"    priorities         hosts may set command priorities\n"            \
	"    logs               log pages\n"                                   \
	"    deferred           a flush that fails after its status is "       \
	"told\n"                                                               \
	"    power              power conditions and their timers\n"           \
	"    format             FORMAT UNIT and SANITIZE\n"                    \
	"    scan               the medium is scanned in the "                 \
	"background\n"                                                         \
	"    selftests          the results of self-tests are kept\n"          \
	"    streams=N          hosts may open N streams\n"                    \
	"    hints=N            N permanent streams\n"                         \
	"    elements=N         N storage elements; format\n"                  \
	"    vendor=TEXT        1 to 8 characters\n"                           \
	"    product=TEXT       1 to 16 characters\n"                          \
	"    revision=TEXT      1 to 4 characters\n"                           \
	"    serial=TEXT        1 to 32 characters\n"                          \
	"    naa=HEX            16 digits, the first 2, 3 or 5\n"              \
	"    version=N          1 (SCSI-1), 2 (SCSI-2), 3 (SPC) to 7 "         \
	"(SPC-5), 13 (SPC-6);\n"                                               \
	"                       6. Before 5 it has what was known then\n"      \
	"    profile=NAME       keys of a product, from a file: "              \
	"docs/profiles.md; those\n"                                            \
	"                       given here win\n"                              \
	"    hide=OP[/SA]+...   commands that it does not know\n"              \
	"    vpd=CODE+...       the VPD pages that it has\n"                   \
	"    inquiry=HEX        bytes 36 to 55 of INQUIRY\n"                   \
	"    inquiry_len=N      bytes of INQUIRY; claims=N: its VERSION\n"     \
	"    versions=HEX+...   version descriptors\n"                         \
	"    mode_pages=CODE[/SUB]+... log_pages=CODE+... those that it has\n" \
	"    mode=CODE[/SUB]@BYTE:HEX  default values, several times\n"        \
	"    serial_len=N       of a serial number that is made up: 1 to 16\n" \
	"    rpm=N              rotation rate: 1 (none), 1025 to 65534; 1\n"   \
	"    alua=WHO           target port groups have states that "          \
	"implicit, explicit\n"                                                 \
	"                       or both may change\n"                          \
	"    groups=ID:STATE+... states at first: optimized, "                 \
	"nonoptimized, standby,\n"                                             \
	"                       unavailable, lba, offline; with * it is "      \
	"preferred\n"                                                          \
	"    transition=MS      a change takes so long\n"                      \
	"    zoned=MODEL        managed (host managed) or aware\n"             \
	"    zone_size=BYTES    a power of two; 256M\n"                        \
	"    zone_cap=BYTES     writable part of a zone, a gap zone "          \
	"behind it\n"                                                          \
	"    zone_conv=N        the first zones are conventional\n"            \
	"    zone_before=N      sequential or before required zones "          \
	"behind them\n"                                                        \
	"    zone_open=N        at most so many are open; 0: no limit\n"       \
	"    zone_constrained   reading stops at write pointers\n"             \
	"    zone_realms=N      realms in two zone domains\n"                  \
	"    zone_front=N       realms that are active in the first "          \
	"one; 0\n"                                                             \
	"    pi=TYPE            protection information of type 1 to 3; "       \
	"0: possible\n"                                                        \
	"    pi_exponent=N      2^N protection intervals per block; 0\n"       \
	"    pi_store=WHERE     interleaved: behind each block; side: "        \
	"in FILE.pi\n"                                                         \
	"    inject=RULE        commands that fail or wait on purpose; "       \
	"may be given\n"                                                       \
	"                       several times: WHICH:WORD[:WORD...]\n"         \
	"      WHICH            any, read, write, op=XX[/SA], "                \
	"tmf[=FUNCTION]\n"                                                     \
	"      lba=N[+COUNT]    only those about these blocks\n"               \
	"      skip=N every=N count=N ratio=N (of 65536) seed=N\n"             \
	"      delay=MS[..MS]   they take so long\n"                           \
	"      status=WORD      busy, full, conflict or aborted\n"             \
	"      sense=K/AA/QQ    also deferred; at the block, after it "        \
	"went well\n"                                                          \
	"      ua=AA/QQ         a unit attention; all: for all hosts\n"        \
	"      corrupt[=N] drop short=N hang\n"                                \
	"    nv=FILE            keeps saved mode pages and other small "       \
	"state\n"

#define OTHERS                                                                 \
	"proc[:KEY...]          a processor (SPC-2): messages between "        \
	"initiators\n"                                                         \
	"    size=BYTES         of proc: room for messages, 4K to 1G; 1M\n"    \
	"    and the keys above that are not about blocks\n"                   \
	"tape:STORE[,KEY...]    a tape drive (SSC-4): path=FILE, which size= " \
	"makes, or mem\n"                                                      \
	"    partitions=N       of tape: 1 to 4; 1\n"                          \
	"    density=N          of tape: a code\n"                             \
	"    early_warning=BYTES  of tape: before the end\n"                   \
	"    format=NAME        of tape: native simh e11 aws het faketape "    \
	"tar "                                                                 \
	"tgt\n"                                                                \
	"                       mhvtl; else by what is in the file\n"          \
	"    worm               of tape\n"                                     \
	"    append_only        of tape: ALLOW OVERWRITE\n"                    \
	"    takes_worm         of tape: WORM cartridges are such to it\n"     \
	"    compress           of tape, library: data compression\n"          \
	"    encrypt            of tape, library: data encryption\n"           \
	"    protection         of tape: logical block protection\n"           \
	"    reed_solomon       of tape: ... by that method only\n"            \
	"    set_capacity       of tape: SET CAPACITY with one partition\n"    \
	"    reverse            of tape: READ REVERSE\n"                       \
	"    unbuffered         of tape: begins so\n"                          \
	"    block_min=BYTES    of tape: shortest block\n"                     \
	"    block_max=BYTES    of tape: longest block\n"                      \
	"    granularity=N      of tape: blocks are multiples of 2^N bytes\n"  \
	"    fixed=BYTES        of tape: block length it begins with\n"        \
	"    reads=CODE:WORD...  of tape: a density that it reads "            \
	"(docs/profiles.md)\n"                                                 \
	"    writes=CODE:WORD...  of tape: one that it writes\n"               \
	"    media=CODE:WORD...  of tape: a kind of cartridge that it takes\n" \
	"library:dir=DIR[,KEY...] a changer (SMC-3), its drives at the LUNs "  \
	"behind it\n"                                                          \
	"    dir=DIR            of library: the directory\n"                   \
	"    drives=N           of a new library: 1 to 64; 2\n"                \
	"    slots=N            of a new library: 1 to 60000; 24\n"            \
	"    ie=N               of a new library: 1 to 255; 4\n"               \
	"    cartridges=N       of a new library; as many as slots\n"          \
	"    size=BYTES         of its cartridges; 12G\n"                      \
	"    unload=WHO         of library: auto, or host: a host has to\n"    \
	"    move_time=MS       of library: for each cartridge; 0\n"           \
	"    profile=NAME       of library: its drives'\n"                     \
	"    changer_profile=NAME  of library: its own\n"                      \
	"    robots_at=N        of a new library: address of its robot\n"      \
	"    ie_at=N            of a new library: first import/export "        \
	"address\n"                                                            \
	"    drives_at=N        of a new library: first drive's address\n"     \
	"    slots_at=N         of a new library: first slot's address\n"      \
	"  \"\\,\" is a comma inside a value\n"

static const struct {
	char disk[sizeof(DISK) - 1];
	char others[sizeof(OTHERS)];
} help = { DISK, OTHERS };

const char *scsiemu_host_help(void)
{
	return (const char *)&help;
}
