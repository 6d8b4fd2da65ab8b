# IBM TS1155, 2017.
# Vendor, product: what LTFS takes for it. Densities and names up to 54h: lists
# of densities of other emulators; later ones, bits per mm, tracks, capacities
# of older cartridges, block limits, pages, revision, which cartridges it
# takes: guesses.
# Mode pages 24h, 25h: what LTFS and FreeBSD read.
type = tape
vendor = IBM
product = 0359255F
revision = 0100
version = 6
inquiry_len = 70
writes = 54:mb=4000000:bits=13452:width=127:tracks=2560:org=IBM:name=3592A4:label=JC
writes = 55:mb=10000000:bits=19690:width=127:tracks=5120:org=IBM:name=3592A5:label=JD
writes = 56:mb=15000000:bits=20000:width=127:tracks=8704:org=IBM:name=3592A5:label=JD:usual
partitions = 4
append_only
protection
takes_worm
reverse
block_max = 8388608
vpd = 80+83+86+87+88+b0+b1+b5
serial_len = 12
hide = 80+81+88+8a+8f+93
mode_pages = 01+02+0a+0a/01+0a/f0+0f+10+10/01+11+18+19+1a+1c+1d+24+25
