# IBM ULT3580-TD6, LTO-6, full height.
# Vendor, product: lsscsi, and what LTFS takes for it. Revision: a guess.
# Length of INQUIRY: as its predecessor and its successor; standard: a guess.
# Medium types: the SCSI reference. VPD pages: the same from LTO-5 on (without
# 03h, 90h and those of the vendor), before that a guess. Mode and log pages:
# what it has of those that are here, before LTO-5 a guess.
# Mode pages 24h, 25h: what LTFS reads.
type = tape
like = lto6
vendor = IBM
product = ULT3580-TD6
revision = G9P1
version = 6
inquiry_len = 70
reads = 46:medium=48:worm=4c
writes = 58:medium=58:worm=5c
writes = 5a:medium=68:worm=6c
block_max = 8388608
vpd = 80+83+86+87+88+b0+b1+b5
mode_pages = 01+02+0a+0a/01+0a/f0+0f+10+10/01+11+18+19+1a+1c+1d+24+25
