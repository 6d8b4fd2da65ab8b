# Iomega ZIP 100, SCSI, 1995: size=96M (196608 blocks of 512 bytes).
# Vendor, product, revision, standard, capacity: as hosts' logs show it. They
# find no data about a cache; that there is no SYNCHRONIZE CACHE is a guess.
vendor = IOMEGA
product = ZIP 100
revision = J.03
version = 2
removable
hide = 35
