# Exabyte EXB-8500, 8 mm, 1990.
# Vendor, product, revision, standard: lsscsi (of OEM models, whose products
# have a suffix). Density codes: SCSI-2. Capacity of a 112 m tape, limits,
# pages: guesses.
type = tape
vendor = EXABYTE
product = EXB-8500
revision = 04S0
version = 2
writes = 14:mb=2300:bits=1703:width=80:tracks=1:org=ANSI:name=EXB-8200:text=ECMA-145
writes = 15:mb=5000:bits=1789:width=80:tracks=1:org=ANSI:name=EXB-8500:text=ECMA-169:usual
block_max = 245760
fixed = 1024
mode_pages = 01+02+0a+10
log_pages = 02+03
hide = 4c
