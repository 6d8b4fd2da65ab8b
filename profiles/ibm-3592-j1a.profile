# IBM 3592 J1A, 2003.
# Vendor, product: lists of drives that programs know. Densities and names up
# to 54h: lists of densities of other emulators; later ones, bits per mm,
# tracks, capacities of older cartridges, block limits, pages, revision, which
# cartridges it takes: guesses.
type = tape
vendor = IBM
product = 03592J1A
revision = 0100
version = 5
inquiry_len = 70
writes = 51:mb=300000:bits=11800:width=127:tracks=512:org=IBM:name=3592A1:label=JA:usual
takes_worm
reverse
block_max = 2097152
vpd = 80+83+86+87+88+b0
serial_len = 12
hide = 80+81+88+8a+8f+93
