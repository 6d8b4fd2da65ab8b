# A plain SCSI-2 tape drive, of no maker, for systems that know no other: what
# was mandatory in 1990, and LOCATE. No facts of a product.
type = tape
vendor = SCSIEMU
product = SCSI-2 Tape
revision = 0001
version = 2
block_max = 65535
mode_pages = 01+02+0a+10+11
hide = 0f+13+14+4c+4d
