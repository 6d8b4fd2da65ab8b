/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * page_table.c - the pages that are known, of all device types and of disks:
 * SPC-5 7.3 (log), 7.5 (mode), 7.7 (VPD); SBC-4 6.4 to 6.6; ZBC-2 6. Offsets
 * are from the page's first byte, of log parameters from the parameter's first
 * byte. A field's name is T10's.
 */
#include "page_table.h"

#include <scsiemu/wire.h>

#include <stddef.h>

/* clang-format off */

/* VPD pages */

static const struct field vpd_86[] = {
	BITS("ACTIVATE MICROCODE", 4, 7, 2), BITS("SPT", 4, 5, 3),
	BIT("GRD_CHK", 4, 2), BIT("APP_CHK", 4, 1), BIT("REF_CHK", 4, 0),
	BIT("UASK_SUP", 5, 5), BIT("GROUP_SUP", 5, 4), BIT("PRIOR_SUP", 5, 3),
	BIT("HEADSUP", 5, 2), BIT("ORDSUP", 5, 1), BIT("SIMPSUP", 5, 0),
	BIT("WU_SUP", 6, 3), BIT("CRD_SUP", 6, 2), BIT("NV_SUP", 6, 1),
	BIT("V_SUP", 6, 0), BIT("NO_PI_CHK", 7, 5), BIT("P_I_I_SUP", 7, 4),
	BIT("LUICLR", 7, 0), BITS("LU COLLECTION TYPE", 8, 7, 3),
	BIT("R_SUP", 8, 4), BIT("RTD_SUP", 8, 3), BIT("HSSRELEF", 8, 1),
	BIT("CBCS", 8, 0), BITS("MULTI I_T NEXUS MICROCODE DOWNLOAD", 9, 3, 4),
	FIELD("EXTENDED SELF-TEST COMPLETION MINUTES", 10, 2),
	BIT("POA_SUP", 12, 7), BIT("HRA_SUP", 12, 6), BIT("VSA_SUP", 12, 5),
	BIT("DMS_VALID", 12, 4), FIELD("MAXIMUM SENSE DATA LENGTH", 13, 1),
	BIT("IBS", 14, 7), BIT("IAS", 14, 6), BIT("SAC", 14, 2),
	BIT("NRD1", 14, 1), BIT("NRD0", 14, 0),
	FIELD("MAXIMUM INQUIRY CHANGE LOGS", 15, 2),
	FIELD("MAXIMUM MODE PAGE CHANGE LOGS", 17, 2),
};

static const struct field vpd_8a[] = {
	BIT("STANDBY_Y", 4, 1), BIT("STANDBY_Z", 4, 0), BIT("IDLE_C", 5, 2),
	BIT("IDLE_B", 5, 1), BIT("IDLE_A", 5, 0),
	FIELD("STOPPED RECOVERY MS", 6, 2), FIELD("STANDBY_Z RECOVERY MS", 8, 2),
	FIELD("STANDBY_Y RECOVERY MS", 10, 2), FIELD("IDLE_A RECOVERY MS", 12, 2),
	FIELD("IDLE_B RECOVERY MS", 14, 2), FIELD("IDLE_C RECOVERY MS", 16, 2),
};

static const struct field vpd_b0[] = {
	BIT("WSNZ", 4, 0), FIELD("MAXIMUM COMPARE AND WRITE LENGTH", 5, 1),
	FIELD("OPTIMAL TRANSFER LENGTH GRANULARITY", 6, 2),
	FIELD("MAXIMUM TRANSFER LENGTH", 8, 4),
	FIELD("OPTIMAL TRANSFER LENGTH", 12, 4),
	FIELD("MAXIMUM PREFETCH LENGTH", 16, 4),
	FIELD("MAXIMUM UNMAP LBA COUNT", 20, 4),
	FIELD("MAXIMUM UNMAP BLOCK DESCRIPTOR COUNT", 24, 4),
	FIELD("OPTIMAL UNMAP GRANULARITY", 28, 4), BIT("UGAVALID", 32, 7),
	BITS("UNMAP GRANULARITY ALIGNMENT", 32, 6, 31),
	FIELD("MAXIMUM WRITE SAME LENGTH", 36, 8),
	FIELD("MAXIMUM ATOMIC TRANSFER LENGTH", 44, 4),
	FIELD("ATOMIC ALIGNMENT", 48, 4),
	FIELD("ATOMIC TRANSFER LENGTH GRANULARITY", 52, 4),
	FIELD("MAXIMUM ATOMIC TRANSFER LENGTH WITH BOUNDARY", 56, 4),
	FIELD("MAXIMUM ATOMIC BOUNDARY SIZE", 60, 4),
};

static const struct field vpd_b1[] = {
	FIELD("MEDIUM ROTATION RATE", 4, 2), FIELD("PRODUCT TYPE", 6, 1),
	BITS("WABEREQ", 7, 7, 2), BITS("WACEREQ", 7, 5, 2),
	BITS("NOMINAL FORM FACTOR", 7, 3, 4), BIT("MACT", 8, 6),
	BITS("ZONED", 8, 5, 2), BIT("BOCS", 8, 2), BIT("FUAB", 8, 1),
	BIT("VBULS", 8, 0), FIELD("DEPOPULATION SECONDS", 12, 4),
};

static const struct field vpd_b2[] = {
	FIELD("THRESHOLD EXPONENT", 4, 1), BIT("LBPU", 5, 7), BIT("LBPWS", 5, 6),
	BIT("LBPWS10", 5, 5), BITS("LBPRZ", 5, 4, 3), BIT("ANC_SUP", 5, 1),
	BIT("DP", 5, 0), BITS("MINIMUM PERCENTAGE", 6, 7, 5),
	BITS("PROVISIONING TYPE", 6, 2, 3), FIELD("THRESHOLD PERCENTAGE", 7, 1),
};

static const struct field vpd_b3[] = {
	FIELD("USER DATA SEGMENT SIZE", 8, 4),
	FIELD("USER DATA SEGMENT MULTIPLIER", 12, 4),
};

static const struct field vpd_b5[] = {
	FIELD("UTILIZATION TYPE", 5, 1), FIELD("UTILIZATION UNITS", 6, 1),
	FIELD("UTILIZATION INTERVAL", 7, 1), FIELD("UTILIZATION B", 8, 4),
	FIELD("UTILIZATION A", 12, 4),
};

static const struct field vpd_b6[] = {
	BITS("ZONED BLOCK DEVICE EXTENSION", 4, 7, 4), BIT("AAORB", 4, 1),
	BIT("URSWRZ", 4, 0),
	FIELD("OPTIMAL OPEN SEQUENTIAL WRITE PREFERRED ZONES", 8, 4),
	FIELD("OPTIMAL NON-SEQUENTIALLY WRITTEN ZONES", 12, 4),
	FIELD("MAXIMUM OPEN SEQUENTIAL WRITE REQUIRED ZONES", 16, 4),
	BITS("ZONE ALIGNMENT METHOD", 23, 3, 4),
	FIELD("ZONE STARTING LBA GRANULARITY", 24, 8),
};

static const struct field vpd_b7[] = {
	BIT("RSCS", 5, 0), FIELD("MAXIMUM STREAMS", 6, 2),
	FIELD("OPTIMAL STREAM WRITE SIZE", 8, 2),
	FIELD("STREAM GRANULARITY SIZE", 10, 4),
	FIELD("MAXIMUM SCATTERED LBA RANGE TRANSFER LENGTH", 16, 4),
	FIELD("MAXIMUM SCATTERED LBA RANGE DESCRIPTORS", 22, 2),
	FIELD("MAXIMUM SCATTERED TRANSFER LENGTH", 24, 4),
};

/* Mode pages */

static const struct field mode_01[] = {
	BIT("AWRE", 2, 7), BIT("ARRE", 2, 6), BIT("TB", 2, 5), BIT("RC", 2, 4),
	BIT("EER", 2, 3), BIT("PER", 2, 2), BIT("DTE", 2, 1), BIT("DCR", 2, 0),
	FIELD("READ RETRY COUNT", 3, 1), BIT("LBPERE", 7, 7),
	BITS("MWR", 7, 6, 2), FIELD("WRITE RETRY COUNT", 8, 1),
	FIELD("RECOVERY TIME LIMIT", 10, 2),
};

static const struct field mode_02[] = {
	FIELD("BUFFER FULL RATIO", 2, 1), FIELD("BUFFER EMPTY RATIO", 3, 1),
	FIELD("BUS INACTIVITY LIMIT", 4, 2), FIELD("DISCONNECT TIME LIMIT", 6, 2),
	FIELD("CONNECT TIME LIMIT", 8, 2), FIELD("MAXIMUM BURST SIZE", 10, 2),
	BIT("EMDP", 12, 7), BITS("FAIR ARBITRATION", 12, 6, 3), BIT("DIMM", 12, 3),
	BITS("DTDC", 12, 2, 3), FIELD("FIRST BURST SIZE", 14, 2),
};

static const struct field mode_03[] = {
	FIELD("TRACKS PER ZONE", 2, 2), FIELD("ALTERNATE SECTORS PER ZONE", 4, 2),
	FIELD("ALTERNATE TRACKS PER ZONE", 6, 2),
	FIELD("ALTERNATE TRACKS PER LU", 8, 2), FIELD("SECTORS PER TRACK", 10, 2),
	FIELD("DATA BYTES PER PHYSICAL SECTOR", 12, 2), FIELD("INTERLEAVE", 14, 2),
	FIELD("TRACK SKEW FACTOR", 16, 2), FIELD("CYLINDER SKEW FACTOR", 18, 2),
	BIT("SSEC", 20, 7), BIT("HSEC", 20, 6), BIT("RMB", 20, 5),
	BIT("SURF", 20, 4),
};

static const struct field mode_04[] = {
	FIELD("NUMBER OF CYLINDERS", 2, 3), FIELD("NUMBER OF HEADS", 5, 1),
	FIELD("WRITE PRECOMPENSATION CYLINDER", 6, 3),
	FIELD("REDUCED WRITE CURRENT CYLINDER", 9, 3), FIELD("STEP RATE", 12, 2),
	FIELD("LANDING ZONE CYLINDER", 14, 3), BITS("RPL", 17, 1, 2),
	FIELD("ROTATIONAL OFFSET", 18, 1), FIELD("MEDIUM ROTATION RATE", 20, 2),
};

static const struct field mode_07[] = {
	BIT("EER", 2, 3), BIT("PER", 2, 2), BIT("DTE", 2, 1), BIT("DCR", 2, 0),
	FIELD("VERIFY RETRY COUNT", 3, 1), FIELD("VERIFY RECOVERY TIME LIMIT", 10, 2),
};

static const struct field mode_08[] = {
	BIT("IC", 2, 7), BIT("ABPF", 2, 6), BIT("CAP", 2, 5), BIT("DISC", 2, 4),
	BIT("SIZE", 2, 3), BIT("WCE", 2, 2), BIT("MF", 2, 1), BIT("RCD", 2, 0),
	BITS("DEMAND READ RETENTION PRIORITY", 3, 7, 4),
	BITS("WRITE RETENTION PRIORITY", 3, 3, 4),
	FIELD("DISABLE PRE-FETCH TRANSFER LENGTH", 4, 2),
	FIELD("MINIMUM PRE-FETCH", 6, 2), FIELD("MAXIMUM PRE-FETCH", 8, 2),
	FIELD("MAXIMUM PRE-FETCH CEILING", 10, 2), BIT("FSW", 12, 7),
	BIT("LBCSS", 12, 6), BIT("DRA", 12, 5), BITS("SYNC_PROG", 12, 2, 2),
	BIT("NV_DIS", 12, 0), FIELD("NUMBER OF CACHE SEGMENTS", 13, 1),
	FIELD("CACHE SEGMENT SIZE", 14, 2),
};

static const struct field mode_0a[] = {
	BITS("TST", 2, 7, 3), BIT("TMF_ONLY", 2, 4), BIT("DPICZ", 2, 3),
	BIT("D_SENSE", 2, 2), BIT("GLTSD", 2, 1), BIT("RLEC", 2, 0),
	BITS("QUEUE ALGORITHM MODIFIER", 3, 7, 4), BIT("NUAR", 3, 3),
	BITS("QERR", 3, 2, 2), BIT("RAC", 4, 6), BITS("UA_INTLCK_CTRL", 4, 5, 2),
	BIT("SWP", 4, 3), BIT("ATO", 5, 7), BIT("TAS", 5, 6), BIT("ATMPE", 5, 5),
	BIT("RWWP", 5, 4), BIT("SBLP", 5, 3), BITS("AUTOLOAD MODE", 5, 2, 3),
	FIELD("BUSY TIMEOUT PERIOD", 8, 2),
	FIELD("EXTENDED SELF-TEST COMPLETION TIME", 10, 2),
};

static const struct field mode_0a_01[] = {
	BIT("DLC", 4, 3), BIT("TCMOS", 4, 2), BIT("SCSIP", 4, 1),
	BIT("IALUAE", 4, 0), BITS("INITIAL COMMAND PRIORITY", 5, 3, 4),
	FIELD("MAXIMUM SENSE DATA LENGTH", 6, 1),
};

static const struct field mode_0a_06[] = {
	BITS("BO_MODE", 4, 7, 2),
};

static const struct field mode_0a_0f[] = {
	BIT("URSWRZ_M", 4, 0),
};

static const struct field mode_18[] = {
	BITS("PROTOCOL IDENTIFIER", 2, 3, 4),
};

static const struct field mode_1a[] = {
	BITS("PM_BG PRECEDENCE", 2, 7, 2), BIT("STANDBY_Y", 2, 0),
	BIT("IDLE_C", 3, 3), BIT("IDLE_B", 3, 2), BIT("IDLE_A", 3, 1),
	BIT("STANDBY_Z", 3, 0), FIELD("IDLE_A CONDITION TIMER", 4, 4),
	FIELD("STANDBY_Z CONDITION TIMER", 8, 4),
	FIELD("IDLE_B CONDITION TIMER", 12, 4),
	FIELD("IDLE_C CONDITION TIMER", 16, 4),
	FIELD("STANDBY_Y CONDITION TIMER", 20, 4), BITS("CCF_IDLE", 39, 7, 2),
	BITS("CCF_STANDBY", 39, 5, 2), BITS("CCF_STOPPED", 39, 3, 2),
};

static const struct field mode_1c[] = {
	BIT("PERF", 2, 7), BIT("EBF", 2, 5), BIT("EWASC", 2, 4),
	BIT("DEXCPT", 2, 3), BIT("TEST", 2, 2), BIT("EBACKERR", 2, 1),
	BIT("LOGERR", 2, 0), BITS("MRIE", 3, 3, 4), FIELD("INTERVAL TIMER", 4, 4),
	FIELD("REPORT COUNT", 8, 4),
};

static const struct field mode_1c_01[] = {
	BIT("S_L_FULL", 4, 2), BIT("LOWIR", 4, 1), BIT("EN_BMS", 4, 0),
	BIT("EN_PS", 5, 0), FIELD("BACKGROUND MEDIUM SCAN INTERVAL HOURS", 6, 2),
	FIELD("BACKGROUND PRE-SCAN HOURS", 8, 2), FIELD("MINIMUM IDLE MS", 10, 2),
	FIELD("MAXIMUM SUSPEND MS", 12, 2),
};

static const struct field mode_1c_02[] = {
	BIT("SITUA", 4, 0), BIT("ENABLED 1", 16, 7), BITS("TYPE 1", 16, 5, 3),
	BITS("ARMING 1", 16, 2, 3), FIELD("RESOURCE 1", 17, 1),
	FIELD("COUNT 1", 20, 4), BIT("ENABLED 2", 24, 7), BITS("TYPE 2", 24, 5, 3),
	BITS("ARMING 2", 24, 2, 3), FIELD("RESOURCE 2", 25, 1),
	FIELD("COUNT 2", 28, 4),
};

/* Log parameters */

static const struct page_param error_counters[] = {
	{ "errors corrected without delay", 0, 0, NUMBERS },
	{ "errors corrected with delay", 1, 1, NUMBERS },
	{ "rewrites or rereads", 2, 2, NUMBERS },
	{ "errors corrected", 3, 3, NUMBERS },
	{ "times the correction ran", 4, 4, NUMBERS },
	{ "bytes processed", 5, 5, NUMBERS },
	{ "errors uncorrected", 6, 6, NUMBERS },
};

static const struct page_param non_medium[] = {
	{ "non-medium errors", 0, 0, NUMBERS },
};

static const struct field provisioning[] = {
	FIELD("RESOURCE COUNT", 4, 4), BITS("SCOPE", 8, 1, 2),
};
static const struct field percentage[] = {
	FIELD("PERCENT", 4, 2), BITS("SCOPE", 8, 1, 2),
};
static const struct page_param log_0c[] = {
	{ "available LBA mapping resources", 1, 1, FIELDS(provisioning) },
	{ "used LBA mapping resources", 2, 2, FIELDS(provisioning) },
	{ "available provisioning resources", 3, 3, FIELDS(percentage) },
	{ "de-duplicated LBA resources", 0x100, 0x100, FIELDS(provisioning) },
	{ "compressed LBA resources", 0x101, 0x101, FIELDS(provisioning) },
	{ "total efficiency LBA resources", 0x102, 0x102, FIELDS(provisioning) },
};

static const struct field celsius[] = { FIELD("CELSIUS", 5, 1) };
static const struct page_param log_0d[] = {
	{ "temperature", 0, 0, FIELDS(celsius) },
	{ "reference temperature", 1, 1, FIELDS(celsius) },
};

static const struct field environment[] = {
	BIT("VALID", 4, 0), FIELD("CURRENT", 5, 1), FIELD("LIFETIME MAXIMUM", 6, 1),
	FIELD("LIFETIME MINIMUM", 7, 1), FIELD("MAXIMUM SINCE POWER ON", 8, 1),
	FIELD("MINIMUM SINCE POWER ON", 9, 1), FIELD("MAXIMUM OTHER", 10, 1),
	FIELD("MINIMUM OTHER", 11, 1),
};
static const struct page_param log_0d_01[] = {
	{ "temperature (degrees Celsius)", 0, 0xff, FIELDS(environment) },
	{ "relative humidity (percent)", 0x100, 0x1ff, FIELDS(environment) },
};

static const struct page_param log_0e[] = {
	{ "date of manufacture", 1, 1, NUMBERS },
	{ "accounting date", 2, 2, NUMBERS },
	{ "specified start-stop cycles", 3, 3, NUMBERS },
	{ "accumulated start-stop cycles", 4, 4, NUMBERS },
	{ "specified load-unload cycles", 5, 5, NUMBERS },
	{ "accumulated load-unload cycles", 6, 6, NUMBERS },
};

static const struct page_param log_0f[] = {
	{ "application client", 0, 0xfff, NUMBERS },
};

static const struct field self_test[] = {
	BITS("SELF-TEST CODE", 4, 7, 3), BITS("RESULT", 4, 3, 4),
	FIELD("SELF-TEST NUMBER", 5, 1), FIELD("POWER ON HOURS", 6, 2),
	FIELD("ADDRESS OF FIRST FAILURE", 8, 8), BITS("SENSE KEY", 16, 3, 4),
	FIELD("ASC", 17, 1), FIELD("ASCQ", 18, 1),
};
static const struct page_param log_10[] = {
	{ "self-test", 1, 20, FIELDS(self_test) },
};

static const struct field endurance[] = { FIELD("PERCENTAGE USED", 7, 1) };
static const struct page_param log_11[] = {
	{ "endurance", 1, 1, FIELDS(endurance) },
};

static const struct field scan_status[] = {
	FIELD("POWER ON MINUTES", 4, 4), FIELD("STATUS", 9, 1),
	FIELD("SCANS PERFORMED", 10, 2), FIELD("PROGRESS", 12, 2),
	FIELD("MEDIUM SCANS PERFORMED", 14, 2),
};
static const struct field scan_result[] = {
	FIELD("POWER ON MINUTES", 4, 4), BITS("REASSIGN STATUS", 8, 7, 4),
	BITS("SENSE KEY", 8, 3, 4), FIELD("ASC", 9, 1), FIELD("ASCQ", 10, 1),
	FIELD("LBA", 16, 8),
};
static const struct page_param log_15[] = {
	{ "background scan status", 0, 0, FIELDS(scan_status) },
	{ "background scan result", 1, 0x7fff, FIELDS(scan_result) },
};

static const struct field defect_count[] = { FIELD("COUNT", 4, 4) };
static const struct field defect[] = {
	FIELD("POWER ON HOURS", 4, 4), FIELD("LBA", 8, 8),
};
static const struct page_param log_15_01[] = {
	{ "pending defects", 0, 0, FIELDS(defect_count) },
	{ "pending defect", 1, 0xf000, FIELDS(defect) },
};
static const struct field bo_status[] = { FIELD("BO_STATUS", 4, 1) };
static const struct page_param log_15_02[] = {
	{ "background operation", 0, 0, FIELDS(bo_status) },
};

static const struct field statistics[] = {
	FIELD("READ COMMANDS", 4, 8), FIELD("WRITE COMMANDS", 12, 8),
	FIELD("LOGICAL BLOCKS RECEIVED", 20, 8),
	FIELD("LOGICAL BLOCKS TRANSMITTED", 28, 8),
	FIELD("READ PROCESSING INTERVALS", 36, 8),
	FIELD("WRITE PROCESSING INTERVALS", 44, 8),
	FIELD("WEIGHTED READ PLUS WRITE COMMANDS", 52, 8),
	FIELD("WEIGHTED READ PLUS WRITE PROCESSING", 60, 8),
};
static const struct field interval[] = {
	FIELD("NEGATIVE EXPONENT", 4, 4), FIELD("INTEGER", 8, 4),
};
static const struct field fua[] = {
	FIELD("READ FUA COMMANDS", 4, 8), FIELD("WRITE FUA COMMANDS", 12, 8),
	FIELD("READ FUA_NV COMMANDS", 20, 8), FIELD("WRITE FUA_NV COMMANDS", 28, 8),
	FIELD("READ FUA INTERVALS", 36, 8), FIELD("WRITE FUA INTERVALS", 44, 8),
	FIELD("READ FUA_NV INTERVALS", 52, 8),
	FIELD("WRITE FUA_NV INTERVALS", 60, 8),
};
static const struct page_param log_19[] = {
	{ "access and performance", 1, 1, FIELDS(statistics) },
	{ "idle time intervals", 2, 2, NUMBERS },
	{ "time interval", 3, 3, FIELDS(interval) },
	{ "force unit access", 4, 4, FIELDS(fua) },
};
static const struct page_param log_19_20[] = {
	{ "read cache hits", 1, 1, NUMBERS },
	{ "reads to cache", 2, 2, NUMBERS },
	{ "write cache hits", 3, 3, NUMBERS },
	{ "writes from cache", 4, 4, NUMBERS },
	{ "time since hard reset", 5, 5, NUMBERS },
	{ "time interval", 6, 6, FIELDS(interval) },
};

static const struct page_param log_1a[] = {
	{ "transitions to active", 1, 1, NUMBERS },
	{ "transitions to idle_a", 2, 2, NUMBERS },
	{ "transitions to idle_b", 3, 3, NUMBERS },
	{ "transitions to idle_c", 4, 4, NUMBERS },
	{ "transitions to standby_z", 8, 8, NUMBERS },
	{ "transitions to standby_y", 9, 9, NUMBERS },
};

static const struct field exceptions[] = {
	FIELD("ASC", 4, 1), FIELD("ASCQ", 5, 1), FIELD("CELSIUS", 6, 1),
	FIELD("CELSIUS THRESHOLD", 7, 1), FIELD("CELSIUS MAXIMUM", 8, 1),
};
static const struct page_param log_2f[] = {
	{ "informational exceptions", 0, 0, FIELDS(exceptions) },
};

/* All of them, by kind, code and subpage */

static const struct page_desc common[] = {
	PLAIN(VPD, 0x00, 0, "Supported VPD pages"),
	PLAIN(VPD, 0x80, 0, "Unit serial number"),
	PLAIN(VPD, 0x83, 0, "Device identification"),
	PLAIN(VPD, 0x84, 0, "Software interface identification"),
	PLAIN(VPD, 0x85, 0, "Management network addresses"),
	KNOWN(VPD, 0x86, 0, "Extended INQUIRY data", vpd_86),
	PLAIN(VPD, 0x87, 0, "Mode page policy"),
	PLAIN(VPD, 0x88, 0, "SCSI ports"),
	PLAIN(VPD, 0x89, 0, "ATA information"),
	KNOWN(VPD, 0x8a, 0, "Power condition", vpd_8a),
	PLAIN(VPD, 0x8b, 0, "Device constituents"),
	PLAIN(VPD, 0x8c, 0, "CFA profile information"),
	PLAIN(VPD, 0x8d, 0, "Power consumption"),
	PLAIN(VPD, 0x8f, 0, "Third-party copy"),
	PLAIN(VPD, 0x90, 0, "Protocol specific logical unit information"),
	PLAIN(VPD, 0x91, 0, "Protocol specific port information"),
	PLAIN(VPD, 0x92, 0, "SCSI feature sets"),
	KNOWN(MODE, 0x02, 0, "Disconnect-reconnect", mode_02),
	KNOWN(MODE, 0x0a, 0, "Control", mode_0a),
	KNOWN(MODE, 0x0a, 0x01, "Control extension", mode_0a_01),
	KNOWN(MODE, 0x18, 0, "Protocol specific logical unit", mode_18),
	KNOWN(MODE, 0x19, 0, "Protocol specific port", mode_18),
	KNOWN(MODE, 0x1a, 0, "Power condition", mode_1a),
	PLAIN(MODE, 0x1a, 0x01, "Power consumption"),
	KNOWN(MODE, 0x1c, 0, "Informational exceptions control", mode_1c),
	PLAIN(LOG, 0x00, 0, "Supported log pages"),
	PLAIN(LOG, 0x00, 0xff, "Supported log pages and subpages"),
	PARAMS(0x02, 0, "Write error counters", error_counters),
	PARAMS(0x03, 0, "Read error counters", error_counters),
	PARAMS(0x06, 0, "Non-medium errors", non_medium),
	PLAIN(LOG, 0x07, 0, "Last n error events"),
	PLAIN(LOG, 0x0b, 0, "Last n deferred errors"),
	PARAMS(0x0d, 0, "Temperature", log_0d),
	PARAMS(0x0d, 0x01, "Environmental reporting", log_0d_01),
	PLAIN(LOG, 0x0d, 0x02, "Environmental limits"),
	PARAMS(0x0e, 0, "Start-stop cycle counter", log_0e),
	PLAIN(LOG, 0x0e, 0x01, "Utilization"),
	PARAMS(0x0f, 0, "Application client", log_0f),
	PARAMS(0x10, 0, "Self-test results", log_10),
	PLAIN(LOG, 0x18, 0, "Protocol specific port"),
	PARAMS(0x19, 0, "General statistics and performance", log_19),
	PARAMS(0x19, 0x20, "Cache memory statistics", log_19_20),
	PARAMS(0x1a, 0, "Power condition transitions", log_1a),
	PARAMS(0x2f, 0, "Informational exceptions", log_2f),
};

static const struct page_desc disk[] = {
	KNOWN(VPD, 0xb0, 0, "Block limits", vpd_b0),
	KNOWN(VPD, 0xb1, 0, "Block device characteristics", vpd_b1),
	KNOWN(VPD, 0xb2, 0, "Logical block provisioning", vpd_b2),
	KNOWN(VPD, 0xb3, 0, "Referrals", vpd_b3),
	PLAIN(VPD, 0xb4, 0, "Supported block lengths and protection types"),
	KNOWN(VPD, 0xb5, 0, "Block device characteristics extension", vpd_b5),
	KNOWN(VPD, 0xb6, 0, "Zoned block device characteristics", vpd_b6),
	KNOWN(VPD, 0xb7, 0, "Block limits extension", vpd_b7),
	PLAIN(VPD, 0xb8, 0, "Format presets"),
	PLAIN(VPD, 0xb9, 0, "Concurrent positioning ranges"),
	PLAIN(VPD, 0xba, 0, "Capacity/product identification mapping"),
	KNOWN(MODE, 0x01, 0, "Read-write error recovery", mode_01),
	KNOWN(MODE, 0x03, 0, "Format device", mode_03),
	KNOWN(MODE, 0x04, 0, "Rigid disk geometry", mode_04),
	KNOWN(MODE, 0x07, 0, "Verify error recovery", mode_07),
	KNOWN(MODE, 0x08, 0, "Caching", mode_08),
	PLAIN(MODE, 0x0a, 0x02, "Application tag"),
	PLAIN(MODE, 0x0a, 0x03, "Command duration limit A"),
	PLAIN(MODE, 0x0a, 0x04, "Command duration limit B"),
	PLAIN(MODE, 0x0a, 0x05, "IO advice hints grouping"),
	KNOWN(MODE, 0x0a, 0x06, "Background operation control", mode_0a_06),
	KNOWN(MODE, 0x0a, 0x0f, "Zoned block device control", mode_0a_0f),
	PLAIN(MODE, 0x0d, 0, "Power condition (old)"),
	KNOWN(MODE, 0x1c, 0x01, "Background control", mode_1c_01),
	KNOWN(MODE, 0x1c, 0x02, "Logical block provisioning", mode_1c_02),
	PARAMS(0x04, 0, "Read reverse error counters", error_counters),
	PARAMS(0x05, 0, "Verify error counters", error_counters),
	PLAIN(LOG, 0x08, 0, "Format status"),
	PARAMS(0x0c, 0, "Logical block provisioning", log_0c),
	PARAMS(0x11, 0, "Solid state media", log_11),
	PARAMS(0x15, 0, "Background scan", log_15),
	PARAMS(0x15, 0x01, "Pending defects", log_15_01),
	PARAMS(0x15, 0x02, "Background operation", log_15_02),
	PLAIN(LOG, 0x15, 0x03, "LPS misalignment"),
	PLAIN(LOG, 0x19, 0x21, "Command duration limits statistics"),
};
/* clang-format on */

static const struct page_table common_pages = PAGE_TABLE(common);
static const struct page_table disk_pages = PAGE_TABLE(disk);

/* By peripheral device type (SPC-5 6.7.2): what it has beside what all have, or
 * in the place of that. */
static const struct {
	uint8_t type;
	const struct page_table *table;
} types[] = {
	{ SCSIEMU_TYPE_DISK, &disk_pages },
	{ SCSIEMU_TYPE_ZBC, &disk_pages },
	{ SCSIEMU_TYPE_TAPE, &page_table_tape },
	{ SCSIEMU_TYPE_CHANGER, &page_table_changer },
};

static const struct page_desc *find(const struct page_table *t,
				    struct page_id id)
{
	for (unsigned i = 0; i < t->n; i++)
		if (t->pages[i].kind == id.kind &&
		    t->pages[i].code == id.code && t->pages[i].sub == id.sub)
			return &t->pages[i];
	return NULL;
}

const struct page_desc *page_desc(struct page_id id)
{
	const struct page_desc *d = NULL;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && !d; i++)
		if (types[i].type == id.type)
			d = find(types[i].table, id);
	return d ? d : find(&common_pages, id);
}

const char *page_name(struct page_id id)
{
	const struct page_desc *d = page_desc(id);

	if (d)
		return d->name;
	if (id.kind == PAGE_LOG && id.sub == 0xff)
		return "Supported subpages";
	return "?";
}

const char *page_kind_name(unsigned kind)
{
	static const char *const names[PAGE_KINDS] = { "vpd", "mode", "log" };

	return names[kind];
}
