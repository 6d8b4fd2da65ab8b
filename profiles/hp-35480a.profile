# HP 35480A, DDS with data compression, 1991.
# Vendor, product, revision, standard: lsscsi. Density code, name: lists that
# programs have. Bits per mm, capacity (60 m: 1.3 GB, 90 m: 2 GB; here the
# latter), limits, pages: guesses.
type = tape
vendor = HP
product = HP35480A
revision = T503
version = 2
writes = 13:mb=2000:bits=2400:width=38:tracks=1:org=ANSI:name=DDS:text=X3B5/88-185A:usual
block_max = 16777215
mode = 0f@4:0000002000000020
mode_pages = 01+02+0a+0f+10+11
log_pages = 02+03
