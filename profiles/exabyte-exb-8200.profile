# Exabyte EXB-8200, 8 mm, 1987.
# Vendor, product, revision: lsscsi. INQUIRY of 52 bytes: what BSD's driver
# reads of it; the vendor's bytes are zeros here. Standard: a guess. Density
# code: SCSI-2. Blocks of 1024 bytes at first, 240 KiB at most, capacity of a
# 112 m tape: guesses.
type = tape
vendor = EXABYTE
product = EXB-8200
revision = 2644
version = 1
inquiry_len = 52
writes = 14:mb=2300:bits=1703:width=80:tracks=1:org=ANSI:name=EXB-8200:text=ECMA-145:usual
block_max = 245760
fixed = 1024
hide = 0f+13+14
