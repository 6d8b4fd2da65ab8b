# Seagate Barracuda 4 ST15150N, 4.3 GB, 1994.
# Vendor, product, standard and where the serial number is: the product manual.
# Bytes 36 to 43 are the serial number in the drive, here "LK000001"; revision:
# "0002" is the manual's example of firmware ASA II.
vendor = SEAGATE
product = ST15150N
revision = 0002
version = 2
inquiry = 4c4b303030303031
