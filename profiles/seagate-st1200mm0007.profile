# Seagate Enterprise Performance 10K ST1200MM0007, 1.2 TB SAS, 2013.
# Vendor, product, vendor specific bytes: the product manual, which leaves the
# standard open; here SPC-4. Rotation rate: the product's name. Revision: a
# guess. Bytes 36 to 43 are the serial number in the drive, here "S3L00001".
vendor = SEAGATE
product = ST1200MM0007
revision = 0004
version = 6
rpm = 10000
logs
selftests
inquiry = 53334c3030303031
