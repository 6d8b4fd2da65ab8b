# StorageTek T10000D.
# Vendor, product, version descriptors, density codes and names: lists of other
# emulators; 4Dh: a guess. Tracks of C and D, block limits, pages, revision:
# guesses.
type = tape
vendor = STK
product = T10000D
revision = 0100
version = 5
versions = 0077+0314+0403+0a11
reads = 4a:mb=500000:width=127:tracks=768:org=STK:name=T1 - 500:text=T1 - 500 GB:label=T1
reads = 4b:mb=1000000:width=127:tracks=1152:org=STK:name=T1-1000:text=T1 - 1000 GB:label=T1
reads = 4c:mb=5000000:width=127:tracks=3584:org=STK:name=T2-5000:text=T2 - 5000 GB:label=T2
writes = 4d:mb=8500000:width=127:tracks=4608:org=STK:name=T2-8500:text=T2 - 8500 GB:label=T2:usual
takes_worm
block_max = 2097152
vpd = 80+83+86+b0+b1
serial_len = 12
hide = 80+81+88+8a+8f+93
