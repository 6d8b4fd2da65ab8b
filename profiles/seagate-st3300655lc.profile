# Seagate Cheetah 15K.5 ST3300655LC, 300 GB, 2006.
# Vendor, product, standard (SPC, "due to compatibility issues with some host
# bus adapters"), vendor specific bytes: the product manual. Revision: a guess.
# Bytes 36 to 43 are the serial number in the drive, here "3LM00001".
vendor = SEAGATE
product = ST3300655LC
revision = 0003
version = 3
inquiry = 334c4d3030303031
