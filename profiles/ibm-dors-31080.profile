# IBM Ultrastar ES DORS-31080, 1.08 GB, 1996.
# Vendor, product, revision, standard: as hosts' logs show it.
vendor = IBM
product = DORS-31080
revision = WA6A
version = 2
