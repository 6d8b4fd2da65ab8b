# IBM ULT3580-TD2, LTO-2, full height.
# Vendor, product: lsscsi, and what LTFS takes for it. Revision: as lsscsi or
# sg_inq shows it. Length of INQUIRY, standard: sg_inq. Medium types: the SCSI
# reference. VPD pages: the same from LTO-5 on (without 03h, 90h and those of
# the vendor), before that a guess. Mode and log pages: what it has of those
# that are here, before LTO-5 a guess.
type = tape
like = lto2
vendor = IBM
product = ULT3580-TD2
revision = H991
claims = 3
inquiry_len = 70
writes = 40:medium=18
writes = 42:medium=28
block_max = 16777215
vpd = 80+83
mode_pages = 01+02+0a+0f+10+11+18+19+1c
log_pages = 02+03+0c+2e+30+31+32
