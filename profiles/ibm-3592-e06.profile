# IBM TS1130, 2008.
# Vendor, product: lists of drives that programs know. Densities and names up
# to 54h: lists of densities of other emulators; later ones, bits per mm,
# tracks, capacities of older cartridges, block limits, pages, revision, which
# cartridges it takes: guesses.
type = tape
vendor = IBM
product = 03592E06
revision = 0100
version = 5
inquiry_len = 70
reads = 51:mb=300000:bits=11800:width=127:tracks=512:org=IBM:name=3592A1:label=JA
writes = 52:mb=500000:bits=11800:width=127:tracks=896:org=IBM:name=3592A2:label=JA
writes = 53:mb=640000:bits=13452:width=127:tracks=1152:org=IBM:name=3592A3:label=JB:usual
takes_worm
reverse
block_max = 2097152
vpd = 80+83+86+87+88+b0
serial_len = 12
hide = 80+81+88+8a+8f+93
