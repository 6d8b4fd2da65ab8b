# HP C1533A, DDS-2, 1993.
# Vendor, product: lists of drives that programs know; revision, standard:
# guesses. Density codes: lists that programs have. Compression algorithm
# (DCLZ, 20h): T10's list. Limits, pages: guesses.
type = tape
vendor = HP
product = C1533A
revision = 9503
version = 2
writes = 13:mb=2000:width=38:org=DDS:name=DDS:text=X3B5/88-185A
writes = 24:mb=4000:width=38:org=DDS:name=DDS-2:text=DDS-2:usual
block_max = 16777215
mode = 0f@4:0000002000000020
mode_pages = 01+02+0a+0f+10+11
log_pages = 02+03+0c+2e
