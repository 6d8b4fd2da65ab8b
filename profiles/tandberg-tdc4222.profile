# Tandberg TDC 4222, QIC-2GB, 1993.
# Vendor, product (with a blank in front), revision, standard: lsscsi. Density
# codes: SCSI-2, and lists that programs have. Block limits, pages: guesses.
type = tape
vendor = TANDBERG
product = " TDC 4222"
revision = =07:
version = 2
reads = 0f:mb=125:bits=394:width=63:tracks=15:org=QIC:name=QIC-120:text=QIC-120
writes = 10:mb=250:bits=394:width=63:tracks=18:org=QIC:name=QIC-150:text=QIC-150
writes = 11:mb=525:bits=630:width=63:tracks=26:org=QIC:name=QIC-525:text=QIC-525
writes = 15:mb=1000:bits=1417:width=63:tracks=30:org=QIC:name=QIC-1000:text=QIC-1000
writes = 22:mb=2000:bits=1600:width=63:tracks=42:org=QIC:name=QIC-2GB:text=QIC-2GB:usual
block_max = 65535
mode_pages = 01+02+0a+0f+10+11
