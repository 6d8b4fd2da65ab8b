# Archive Viper 2525, QIC-525, 1991.
# Vendor, product, revision, standard (SCSI-1 with the Common Command Set):
# lsscsi. Density codes: SCSI-2. Block limits, and that it begins with blocks
# of 512 bytes: guesses.
type = tape
vendor = ARCHIVE
product = VIPER 2525 25462
revision = -007
version = 1
reads = 0f:mb=125:bits=394:width=63:tracks=15:org=QIC:name=QIC-120:text=QIC-120
writes = 10:mb=250:bits=394:width=63:tracks=18:org=QIC:name=QIC-150:text=QIC-150
writes = 11:mb=525:bits=630:width=63:tracks=26:org=QIC:name=QIC-525:text=QIC-525:usual
block_max = 65535
fixed = 512
hide = 0f+13+14
