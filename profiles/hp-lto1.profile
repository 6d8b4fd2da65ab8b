# HP Ultrium 1-SCSI, LTO-1.
# Vendor, product: HP's SCSI reference, and what LTFS takes for it. Revision: a
# guess. Standard: a guess. Medium types (00h data, 01h WORM): the same
# reference. VPD pages: a guess.
type = tape
like = lto1
vendor = HP
product = Ultrium 1-SCSI
revision = E38W
claims = 3
writes = 40:medium=0
block_max = 16777215
vpd = 80+83
log_pages = 02+03+0c+2e+30+31+32
