# IBM 0662-S12 "Spitfire", 1.05 GB, 1993.
# Vendor, product, revision, standard: as hosts' logs show an OEM's drive.
vendor = IBM OEM
product = 0662S12
revision = 3 30
version = 2
