# Samsung PM1643 MZILT3T8HBLS, 3.84 TB SAS SSD, 2018.
# Vendor, product, revision: as lsscsi shows it. Standard, physical blocks
# and UNMAP: guesses from drives of its kind.
vendor = SAMSUNG
product = MZILT3T8HBLS/007
revision = GXA0
version = 6
exponent = 3
rpm = 1
thin
logs
selftests
