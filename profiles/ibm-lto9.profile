# IBM ULT3580-TD9, LTO-9, full height.
# Vendor, product: lsscsi, and what LTFS takes for it. Revision: as lsscsi or
# sg_inq shows it. Length of INQUIRY: as its predecessor and its successor;
# standard: a guess. Medium types: the SCSI reference. VPD pages: the same from
# LTO-5 on (without 03h, 90h and those of the vendor), before that a guess.
# Mode and log pages: what it has of those that are here, before LTO-5 a guess.
# Mode pages 24h, 25h: what LTFS reads.
type = tape
like = lto9
vendor = IBM
product = ULT3580-TD9
revision = PA60
version = 6
inquiry_len = 70
writes = 5e:medium=88:worm=8c
writes = 60:medium=98:worm=9c
block_max = 8388608
vpd = 80+83+86+87+88+b0+b1+b3+b4+b5
mode_pages = 01+02+0a+0a/01+0a/f0+0f+10+10/01+11+18+19+1a+1c+1d+24+25
