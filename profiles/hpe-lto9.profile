# HPE Ultrium 9-SCSI, LTO-9.
# Vendor, product: HP's SCSI reference, and what LTFS takes for it. Revision: a
# guess. Standard: a guess. Medium types (00h data, 01h WORM): the same
# reference. VPD pages: a guess.
type = tape
like = lto9
vendor = HPE
product = Ultrium 9-SCSI
revision = R2F9
version = 6
writes = 5e:medium=0:worm=1
writes = 60:medium=0:worm=1
block_max = 16777215
vpd = 80+83+86+87+88+b0+b1+b2+b5
