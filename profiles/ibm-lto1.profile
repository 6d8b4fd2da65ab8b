# IBM ULT3580-TD1, LTO-1, full height.
# Vendor, product: lsscsi, and what LTFS takes for it. Revision: a guess.
# Standard (SPC) and length of INQUIRY: the SCSI reference of the 3580. Medium
# types: the SCSI reference. VPD pages: the same from LTO-5 on (without 03h,
# 90h and those of the vendor), before that a guess. Mode and log pages: what
# it has of those that are here, before LTO-5 a guess.
type = tape
like = lto1
vendor = IBM
product = ULT3580-TD1
revision = 25D4
claims = 3
inquiry_len = 56
writes = 40:medium=18
block_max = 16777215
vpd = 80+83
mode_pages = 01+02+0a+0f+10+11+18+19+1c
log_pages = 02+03+0c+2e+30+31+32
