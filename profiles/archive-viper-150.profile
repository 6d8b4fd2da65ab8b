# Archive Viper 150, QIC-150, 1989: blocks of 512 bytes only.
# Vendor, product, revision, standard (SCSI-1 with the Common Command Set):
# lsscsi. Fixed blocks of 512 bytes: what FreeBSD's driver does with it.
# Density codes: SCSI-2. That LOCATE and READ POSITION are missing: SCSI-1.
# Others: guesses. A DC6150 has 150 MB, a DC6250 250 MB; here the latter.
type = tape
vendor = ARCHIVE
product = VIPER 150  21247
revision = -011
version = 1
writes = 0f:mb=125:bits=394:width=63:tracks=15:org=QIC:name=QIC-120:text=QIC-120
writes = 10:mb=250:bits=394:width=63:tracks=18:org=QIC:name=QIC-150:text=QIC-150:usual
block_min = 512
block_max = 512
fixed = 512
hide = 0f+13+14
