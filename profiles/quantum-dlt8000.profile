# Quantum DLT8000.
# Vendor, product, standard: lsscsi. Revision: a guess. Density codes and
# native capacities: lists that programs and other emulators have, 41h: a
# guess. Compression algorithm 10h: T10's list. Pages, limits: guesses; those
# of the SCSI-2 time are the drive type's.
type = tape
vendor = QUANTUM
product = DLT8000
revision = 0250
version = 2
reads = 19:mb=10000:width=127:org=DLT-CVE:name=DLT3:text=DLTtape III
writes = 1a:mb=20000:width=127:org=DLT-CVE:name=DLT4000:text=DLTtape IV 20 GB
writes = 1b:mb=35000:width=127:org=DLT-CVE:name=DLT7000:text=DLTtape IV 35 GB
writes = 41:mb=40000:width=127:org=DLT-CVE:name=DLT8000:text=DLTtape IV 40 GB:usual
block_max = 16777215
mode = 0f@4:0000001000000010
mode_pages = 01+02+0a+0f+10+11
log_pages = 02+03+2e+32
serial_len = 10
