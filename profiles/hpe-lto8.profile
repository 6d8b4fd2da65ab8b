# HPE Ultrium 8-SCSI, LTO-8.
# Vendor, product: HP's SCSI reference, and what LTFS takes for it. Revision: a
# guess. Standard: a guess. Medium types (00h data, 01h WORM): the same
# reference. VPD pages: a guess.
type = tape
like = lto8
vendor = HPE
product = Ultrium 8-SCSI
revision = Q1AZ
version = 6
writes = 5c:medium=0:worm=1
writes = 5d:medium=0
writes = 5e:medium=0:worm=1
block_max = 16777215
vpd = 80+83+86+87+88+b0+b1+b2+b5
