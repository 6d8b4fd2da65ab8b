# IBM ULT3580-TD4, LTO-4, full height.
# Vendor, product: lsscsi, and what LTFS takes for it. Revision: as lsscsi or
# sg_inq shows it. Length of INQUIRY: as its predecessor and its successor;
# standard: a guess. Medium types: the SCSI reference. VPD pages: the same from
# LTO-5 on (without 03h, 90h and those of the vendor), before that a guess.
# Mode and log pages: what it has of those that are here, before LTO-5 a guess.
# Mode page 24h: what LTFS reads.
type = tape
like = lto4
vendor = IBM
product = ULT3580-TD4
revision = A239
version = 6
inquiry_len = 70
reads = 42:medium=28
writes = 44:medium=38:worm=3c
writes = 46:medium=48:worm=4c
block_max = 16777215
vpd = 80+83+86+87+88+b0
mode_pages = 01+02+0a+0f+10+11+18+19+1a+1c+1d+24
log_pages = 02+03+06+0c+0d+11+12+14+16+17+1b+2e+30+31+32+37
