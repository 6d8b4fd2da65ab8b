# Quantum DLT4000.
# Vendor, product, standard: lsscsi. Revision: a guess. Density codes and
# native capacities: lists that programs and other emulators have, 41h: a
# guess. Compression algorithm 10h: T10's list. Pages, limits: guesses; those
# of the SCSI-2 time are the drive type's.
type = tape
vendor = QUANTUM
product = DLT4000
revision = D98C
version = 2
writes = 19:mb=10000:width=127:org=DLT-CVE:name=DLT3:text=DLTtape III
writes = 1a:mb=20000:width=127:org=DLT-CVE:name=DLT4000:text=DLTtape IV 20 GB:usual
block_max = 16777215
mode = 0f@4:0000001000000010
mode_pages = 01+02+0a+0f+10+11
log_pages = 02+03+2e+32
serial_len = 10
