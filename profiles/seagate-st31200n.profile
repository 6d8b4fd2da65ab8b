# Seagate Hawk ST31200N, 1.05 GB, 1993.
# Vendor, product, revision, standard: as hosts' logs show it.
vendor = SEAGATE
product = ST31200N
revision = 8008
version = 2
