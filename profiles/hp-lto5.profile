# HP Ultrium 5-SCSI, LTO-5.
# Vendor, product: HP's SCSI reference, and what LTFS takes for it. Revision: a
# guess. Standard: a guess. Medium types (00h data, 01h WORM): the same
# reference; names and lengths of media: a drive, as sg3_utils has it. VPD
# pages: a guess.
type = tape
like = lto5
vendor = HP
product = Ultrium 5-SCSI
revision = Z64D
version = 6
reads = 44:medium=0:worm=1
writes = 46:medium=0:worm=1
writes = 58:medium=0:worm=1
media = 0:for=44:width=127:length=680:org=HP:name=LTO3Data:text=Ultrium 3 Data Tape
media = 1:for=44:width=127:length=680:org=HP:name=LTO3WORM:text=Ultrium 3 WORM Tape
media = 0:for=46:width=127:length=820:org=HP:name=LTO4Data:text=Ultrium 4 Data Tape
media = 1:for=46:width=127:length=820:org=HP:name=LTO4WORM:text=Ultrium 4 WORM Tape
media = 0:for=58:width=127:length=846:org=HP:name=LTO5Data:text=Ultrium 5 Data Tape
media = 1:for=58:width=127:length=846:org=HP:name=LTO5WORM:text=Ultrium 5 WORM Tape
block_max = 16777215
vpd = 80+83+86+87+88+b0+b1+b2+b5
