# IBM TS1140, 2011.
# Vendor, product: what LTFS takes for it. Densities and names up to 54h: lists
# of densities of other emulators; later ones, bits per mm, tracks, capacities
# of older cartridges, block limits, pages, revision, which cartridges it
# takes: guesses. Least revision for LTFS: the one here.
# Mode pages 24h, 25h: what LTFS and FreeBSD read.
type = tape
vendor = IBM
product = 03592E07
revision = 3694
version = 6
inquiry_len = 70
reads = 51:mb=300000:bits=11800:width=127:tracks=512:org=IBM:name=3592A1:label=JA
reads = 52:mb=500000:bits=11800:width=127:tracks=896:org=IBM:name=3592A2:label=JA
writes = 53:mb=640000:bits=13452:width=127:tracks=1152:org=IBM:name=3592A3:label=JB
writes = 54:mb=4000000:bits=13452:width=127:tracks=2560:org=IBM:name=3592A4:label=JC:usual
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
