# The kernel target of Linux (LIO), over a block device.
# Vendor, product, revision: as hosts log it. Standard and pages: guesses.
vendor = LIO-ORG
product = IBLOCK
revision = 4.0
version = 5
vpd = 80+83+86+b0+b1+b2
