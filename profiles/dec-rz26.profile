# Digital RZ26, 1.05 GB, 1992.
# Vendor, product (with the maker's mark in it), revision, standard: as hosts'
# logs show it.
vendor = DEC
product = RZ26     (C) DEC
revision = T386
version = 2
