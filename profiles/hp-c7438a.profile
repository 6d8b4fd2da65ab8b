# HP C7438A, DAT 72, 2003.
# Vendor, product: lists of drives that programs know; revision, standard:
# guesses. Density codes: lists that programs have. Compression algorithm
# (DCLZ, 20h): T10's list. Limits, pages: guesses.
type = tape
vendor = HP
product = C7438A
revision = ZP5A
claims = 3
version = 5
vpd = 80+83
hide = 80+81+88+8a+8f+93
writes = 24:mb=4000:width=38:org=DDS:name=DDS-2:text=DDS-2
writes = 25:mb=12000:width=38:org=DDS:name=DDS-3:text=DDS-3
writes = 26:mb=20000:width=38:org=DDS:name=DDS-4:text=DDS-4
writes = 47:mb=36000:width=38:org=DDS:name=DAT72:text=DAT 72:usual
block_max = 16777215
mode = 0f@4:0000002000000020
mode_pages = 01+02+0a+0f+10+11+1c
log_pages = 02+03+0c+2e
