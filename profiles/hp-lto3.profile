# HP Ultrium 3-SCSI, LTO-3.
# Vendor, product: HP's SCSI reference, and what LTFS takes for it. Revision:
# as lsscsi shows it. Standard: a guess. Medium types (00h data, 01h WORM): the
# same reference. VPD pages: a guess.
type = tape
like = lto3
vendor = HP
product = Ultrium 3-SCSI
revision = G24S
version = 5
reads = 40:medium=0
writes = 42:medium=0
writes = 44:medium=0:worm=1
block_max = 16777215
vpd = 80+83+86+87+88+b0+b1+b2
