/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_table_tape.c - the pages of tape drives: SSC-5 8.2 (log), 8.3
 * (mode), 8.5 (VPD), and those that LTO drives have beside them. As in
 * page_table.c.
 */
#include "page_table.h"

/* clang-format off */

/* VPD pages */

static const struct field vpd_b0[] = {
	BIT("TSMC", 4, 1), BIT("WORM", 4, 0),
};

static const struct field vpd_b4[] = { FIELD("ELEMENT ADDRESS", 4, 2) };

static const struct field vpd_b5[] = {
	FIELD("METHOD 1", 9, 1), BITS("INFORMATION LENGTH 1", 10, 5, 6),
	BIT("LBP_W_C 1", 11, 7), BIT("LBP_R_C 1", 11, 6), BIT("RBDP_C 1", 11, 5),
	FIELD("METHOD 2", 13, 1), BITS("INFORMATION LENGTH 2", 14, 5, 6),
	BIT("LBP_W_C 2", 15, 7), BIT("LBP_R_C 2", 15, 6), BIT("RBDP_C 2", 15, 5),
};

/* Mode pages */

static const struct field mode_01[] = {
	BIT("TB", 2, 5), BIT("EER", 2, 3), BIT("PER", 2, 2), BIT("DTE", 2, 1),
	BIT("DCR", 2, 0), FIELD("READ RETRY COUNT", 3, 1),
	FIELD("WRITE RETRY COUNT", 8, 1),
};

static const struct field mode_0a_f0[] = {
	FIELD("LOGICAL BLOCK PROTECTION METHOD", 4, 1),
	BITS("LOGICAL BLOCK PROTECTION INFORMATION LENGTH", 5, 5, 6),
	BIT("LBP_W", 6, 7), BIT("LBP_R", 6, 6), BIT("RBDP", 6, 5),
};

static const struct field mode_0f[] = {
	BIT("DCE", 2, 7), BIT("DCC", 2, 6), BIT("DDE", 3, 7), BITS("RED", 3, 6, 2),
	FIELD("COMPRESSION ALGORITHM", 4, 4),
	FIELD("DECOMPRESSION ALGORITHM", 8, 4),
};

static const struct field mode_10[] = {
	BIT("CAF", 2, 5), BITS("ACTIVE FORMAT", 2, 4, 5),
	FIELD("ACTIVE PARTITION", 3, 1),
	FIELD("WRITE OBJECT BUFFER FULL RATIO", 4, 1),
	FIELD("READ OBJECT BUFFER EMPTY RATIO", 5, 1),
	FIELD("WRITE DELAY TIME", 6, 2), BIT("OBR", 8, 7), BIT("LOIS", 8, 6),
	BIT("RSMK", 8, 5), BIT("AVC", 8, 4), BITS("SOCF", 8, 3, 2),
	BIT("ROBO", 8, 1), BIT("REW", 8, 0), FIELD("GAP SIZE", 9, 1),
	BITS("EOD DEFINED", 10, 7, 3), BIT("EEG", 10, 4), BIT("SEW", 10, 3),
	BIT("SWP", 10, 2), BIT("BAML", 10, 1), BIT("BAM", 10, 0),
	FIELD("OBJECT BUFFER SIZE AT EARLY WARNING", 11, 3),
	FIELD("SELECT DATA COMPRESSION ALGORITHM", 14, 1),
	BITS("WTRE", 15, 7, 2), BIT("OIR", 15, 5),
	BITS("REWIND ON RESET", 15, 4, 2), BIT("ASOCWP", 15, 2),
	BIT("PERSWP", 15, 1), BIT("PRMWP", 15, 0),
};

static const struct field mode_10_01[] = {
	BITS("PEWS UNIT", 4, 7, 4), BIT("TARPF", 4, 3), BIT("TASER", 4, 2),
	BIT("TARPC", 4, 1), BIT("TAPLSD", 4, 0), BITS("WRITE MODE", 5, 7, 4),
	BITS("SHORT ERASE MODE", 5, 3, 4), FIELD("PEWS", 6, 2),
	BIT("ACWRE", 8, 3), BIT("WRE", 8, 2), BIT("ACVCELBRE", 8, 1),
	BIT("VCELBRE", 8, 0),
};

static const struct field mode_11[] = {
	FIELD("MAXIMUM ADDITIONAL PARTITIONS", 2, 1),
	FIELD("ADDITIONAL PARTITIONS DEFINED", 3, 1), BIT("FDP", 4, 7),
	BIT("SDP", 4, 6), BIT("IDP", 4, 5), BITS("PSUM", 4, 4, 2),
	BIT("POFM", 4, 2), BIT("CLEAR", 4, 1), BIT("ADDP", 4, 0),
	FIELD("MEDIUM FORMAT RECOGNITION", 5, 1),
	BITS("PARTITIONING TYPE", 6, 7, 4), BITS("PARTITION UNITS", 6, 3, 4),
	FIELD("PARTITION SIZE 0", 8, 2), FIELD("PARTITION SIZE 1", 10, 2),
	FIELD("PARTITION SIZE 2", 12, 2), FIELD("PARTITION SIZE 3", 14, 2),
};

static const struct field mode_1c[] = {
	BIT("PERF", 2, 7), BIT("EBF", 2, 5), BIT("EWASC", 2, 4),
	BIT("DEXCPT", 2, 3), BIT("TEST", 2, 2), BIT("EBACKERR", 2, 1),
	BIT("LOGERR", 2, 0), BITS("MRIE", 3, 3, 4), FIELD("INTERVAL TIMER", 4, 4),
	FIELD("REPORT COUNT/TEST FLAG NUMBER", 8, 4),
};

static const struct field mode_1d[] = {
	BIT("WORMM", 2, 0), FIELD("WORM MODE LABEL RESTRICTIONS", 4, 1),
	FIELD("WORM MODE FILEMARKS RESTRICTIONS", 5, 1),
};

static const struct field mode_25[] = {
	FIELD("DEFAULT WRITE DENSITY", 9, 1), FIELD("PENDING WRITE DENSITY", 10, 1),
	FIELD("ENCRYPTION STATE", 20, 1), FIELD("ENCRYPTION METHOD", 27, 1),
};

/* Log parameters: a number each, unless it has fields. */

#define PARAM(code, name) { name, code, code, NUMBERS }

static const struct page_param log_0c[] = {
	PARAM(0, "bytes from the initiator"), PARAM(1, "bytes to the medium"),
	PARAM(2, "bytes from the medium"), PARAM(3, "bytes to the initiator"),
	PARAM(4, "MB from BOP to EOD"), PARAM(5, "MB from BOP to early warning"),
	PARAM(6, "MB from early warning to EOP"),
	PARAM(7, "MB from BOP to the position"),
	PARAM(8, "MB in the buffer, at most"), PARAM(0x100, "cleaning required"),
};

static const struct field device_status[] = {
	BIT("PAMR", 4, 7), BIT("HUI", 4, 6), BIT("MACC", 4, 5), BIT("CMPR", 4, 4),
	BIT("WRTP", 4, 3), BIT("CRQST", 4, 2), BIT("CRQRD", 4, 1),
	BIT("DINIT", 4, 0), BIT("INXTN", 5, 7), BIT("RAA", 5, 5),
	BIT("MPRSNT", 5, 4), BIT("MSTD", 5, 2), BIT("MTHRD", 5, 1),
	BIT("MOUNTED", 5, 0), FIELD("DT DEVICE ACTIVITY", 6, 1), BIT("TDDEC", 7, 6),
	BIT("EPP", 7, 4), BIT("ESR", 7, 3), BIT("RRQST", 7, 2), BIT("INTFC", 7, 1),
	BIT("TAFC", 7, 0),
};
static const struct page_param log_11[] = {
	{ "very high frequency data", 0, 0, FIELDS(device_status) },
	PARAM(1, "polling delay (ms)"), PARAM(2, "encryption control status"),
};

static const struct page_param log_12[] = {
	PARAM(0, "flags, 1 the highest bit"),
};

static const struct page_param log_13[] = { PARAM(0, "recovery procedures") };

static const struct page_param log_14[] = {
	PARAM(0, "loads in the drive's life"), PARAM(1, "cleanings"),
	PARAM(2, "hours of power"), PARAM(3, "hours of motion"),
	PARAM(4, "metres of tape"), PARAM(0xc, "power cycles"),
	PARAM(0xd, "loads since the reset"), PARAM(0xe, "hard write errors"),
	PARAM(0xf, "hard read errors"),
	PARAM(0x10, "duty cycle sample time (ms)"),
	PARAM(0x11, "read duty cycle (percent)"),
	PARAM(0x12, "write duty cycle (percent)"),
	PARAM(0x13, "activity duty cycle (percent)"),
	PARAM(0x14, "time without a volume (percent)"),
	PARAM(0x15, "time ready (percent)"),
	PARAM(0x80, "medium removal prevented"),
	PARAM(0x81, "temperature exceeded"),
};

static const struct field trouble[] = {
	FIELD("DENSITY", 6, 1), FIELD("MEDIUM TYPE", 7, 1),
	FIELD("MOTION HOURS", 8, 4), BIT("REPEAT", 13, 7),
	BITS("SENSE KEY", 13, 3, 4), FIELD("ASC", 14, 1), FIELD("ASCQ", 15, 1),
	FIELD("OPERATION CODE", 28, 1),
};
static const struct page_param log_16[] = {
	{ "a medium or hardware error, the newest first", 0, 0xffff,
	  FIELDS(trouble) },
};

/* Codes 1 to Bh are the same in 17h and 30h. */
#define USAGE \
	PARAM(1, "loads"), PARAM(2, "data sets written"), \
	PARAM(3, "write retries"), PARAM(4, "unrecovered write errors"), \
	PARAM(5, "suspended writes"), PARAM(6, "fatal suspended writes"), \
	PARAM(7, "data sets read"), PARAM(8, "read retries"), \
	PARAM(9, "unrecovered read errors"), PARAM(0xa, "suspended reads"), \
	PARAM(0xb, "fatal suspended reads")

static const struct page_param log_17[] = {
	PARAM(0, "page valid"), USAGE,
	PARAM(0xc, "unrecovered write errors, last load"),
	PARAM(0xd, "unrecovered read errors, last load"),
	PARAM(0xe, "MB written, last load"), PARAM(0xf, "MB read, last load"),
	PARAM(0x10, "MB written in the volume's life"),
	PARAM(0x11, "MB read in the volume's life"),
	PARAM(0x12, "write compression ratio x 100"),
	PARAM(0x13, "read compression ratio x 100"),
	PARAM(0x16, "capacity (MB)"), PARAM(0x17, "used (MB)"),
	PARAM(0x18, "design capacity (MB)"),
	PARAM(0x19, "life remaining (percent)"), PARAM(0x80, "write protected"),
	PARAM(0x81, "WORM"), PARAM(0x82, "temperature exceeded"),
	PARAM(0x101, "passes of the beginning"),
	PARAM(0x102, "passes of the middle"),
	PARAM(0x202, "capacity of each partition (MB)"),
	PARAM(0x203, "used of each partition (MB)"),
	PARAM(0x204, "left of each partition (MB)"),
};

static const struct page_param log_30[] = { USAGE };

/* 1Bh, and as LTO drives had it first, 32h */
static const struct page_param log_1b[] = {
	PARAM(0, "read compression ratio x 100"),
	PARAM(1, "write compression ratio x 100"),
	PARAM(2, "MB to the initiator"), PARAM(3, "... and bytes"),
	PARAM(4, "MB from the medium"), PARAM(5, "... and bytes"),
	PARAM(6, "MB from the initiator"), PARAM(7, "... and bytes"),
	PARAM(8, "MB to the medium"), PARAM(9, "... and bytes"),
	PARAM(0x100, "compression enabled"),
};

/* TapeAlert flags (SSC-5 annex A) */
static const struct page_param log_2e[] = {
	PARAM(1, "read warning"), PARAM(2, "write warning"),
	PARAM(3, "hard error"), PARAM(4, "medium"), PARAM(5, "read failure"),
	PARAM(6, "write failure"), PARAM(7, "end of the medium's life"),
	PARAM(8, "not data grade"), PARAM(9, "write protect"),
	PARAM(10, "no removal"), PARAM(11, "cleaning medium"),
	PARAM(12, "unsupported format"),
	PARAM(13, "recoverable mechanical cartridge failure"),
	PARAM(14, "unrecoverable mechanical cartridge failure"),
	PARAM(15, "memory chip in cartridge failure"),
	PARAM(16, "forced eject"), PARAM(17, "read only format"),
	PARAM(18, "tape directory corrupted on load"),
	PARAM(19, "nearing end of the medium's life"),
	PARAM(20, "cleaning required"), PARAM(21, "cleaning requested"),
	PARAM(22, "expired cleaning medium"), PARAM(23, "invalid cleaning tape"),
	PARAM(24, "retension requested"), PARAM(25, "multi-port interface error"),
	PARAM(26, "cooling fan failure"), PARAM(27, "power supply failure"),
	PARAM(28, "power consumption"),
	PARAM(29, "drive preventive maintenance required"),
	PARAM(30, "hardware A"), PARAM(31, "hardware B"),
	PARAM(32, "primary interface"), PARAM(33, "eject medium"),
	PARAM(34, "microcode update failure"), PARAM(35, "drive humidity"),
	PARAM(36, "drive temperature"), PARAM(37, "drive voltage"),
	PARAM(38, "predictive failure"), PARAM(39, "diagnostics required"),
	PARAM(47, "external encryption: communications failure"),
	PARAM(48, "external encryption: key manager error"),
	PARAM(49, "diminished native capacity"), PARAM(50, "lost statistics"),
	PARAM(51, "tape directory invalid at unload"),
	PARAM(52, "tape system area write failure"),
	PARAM(53, "tape system area read failure"), PARAM(54, "no start of data"),
	PARAM(55, "loading or threading failure"),
	PARAM(56, "unrecoverable unload failure"),
	PARAM(57, "automation interface failure"), PARAM(58, "microcode failure"),
	PARAM(59, "WORM integrity check failed"),
	PARAM(60, "WORM overwrite attempted"),
	PARAM(61, "encryption policy violation"),
};

static const struct page_param log_31[] = {
	PARAM(1, "left of partition 0 (MiB)"),
	PARAM(2, "left of partition 1 (MiB)"),
	PARAM(3, "capacity of partition 0 (MiB)"),
	PARAM(4, "capacity of partition 1 (MiB)"),
};

static const struct page_desc pages[] = {
	KNOWN(VPD, 0xb0, 0, "Sequential-access device capabilities", vpd_b0),
	PLAIN(VPD, 0xb1, 0, "Manufacturer-assigned serial number"),
	PLAIN(VPD, 0xb2, 0, "TapeAlert supported flags"),
	PLAIN(VPD, 0xb3, 0, "Automation device serial number"),
	KNOWN(VPD, 0xb4, 0, "Data transfer device element address", vpd_b4),
	KNOWN(VPD, 0xb5, 0, "Logical block protection", vpd_b5),
	KNOWN(MODE, 0x01, 0, "Read-write error recovery", mode_01),
	KNOWN(MODE, 0x0a, 0xf0, "Control data protection", mode_0a_f0),
	KNOWN(MODE, 0x0f, 0, "Data compression", mode_0f),
	KNOWN(MODE, 0x10, 0, "Device configuration", mode_10),
	KNOWN(MODE, 0x10, 0x01, "Device configuration extension", mode_10_01),
	KNOWN(MODE, 0x11, 0, "Medium partition", mode_11),
	KNOWN(MODE, 0x1c, 0, "Informational exceptions control", mode_1c),
	KNOWN(MODE, 0x1d, 0, "Medium configuration", mode_1d),
	PLAIN(MODE, 0x24, 0, "Initiator-specific extensions (IBM)"),
	KNOWN(MODE, 0x25, 0, "Read/write control (IBM)", mode_25),
	PARAMS(0x0c, 0, "Sequential-access device", log_0c),
	PARAMS(0x11, 0, "DT device status", log_11),
	PARAMS(0x12, 0, "TapeAlert response", log_12),
	PARAMS(0x13, 0, "Requested recovery", log_13),
	PARAMS(0x14, 0, "Device statistics", log_14),
	PARAMS(0x16, 0, "Tape diagnostic data", log_16),
	PARAMS(0x17, 0, "Volume statistics", log_17),
	PARAMS(0x1b, 0, "Data compression", log_1b),
	PLAIN(LOG, 0x2d, 0, "Current service information"),
	PARAMS(0x2e, 0, "TapeAlert", log_2e),
	PARAMS(0x30, 0, "Tape usage", log_30),
	PARAMS(0x31, 0, "Tape capacity", log_31),
	PARAMS(0x32, 0, "Data compression (LTO)", log_1b),
	PLAIN(LOG, 0x37, 0, "Performance characteristics"),
};
/* clang-format on */

const struct page_table page_table_tape = PAGE_TABLE(pages);
