# StorageTek T10000B.
# Vendor, product, version descriptors, density codes and names: lists of other
# emulators. Tracks of C and D, block limits, pages, revision: guesses.
type = tape
vendor = STK
product = T10000B
revision = 0100
version = 5
versions = 0077+0314+0403+0a11
reads = 4a:mb=500000:width=127:tracks=768:org=STK:name=T1 - 500:text=T1 - 500 GB:label=T1
writes = 4b:mb=1000000:width=127:tracks=1152:org=STK:name=T1-1000:text=T1 - 1000 GB:label=T1:usual
takes_worm
block_max = 2097152
vpd = 80+83+86+b0+b1
serial_len = 12
hide = 80+81+88+8a+8f+93
