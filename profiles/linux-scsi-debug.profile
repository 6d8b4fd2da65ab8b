# The scsi_debug module of Linux, from 5.x on.
# Vendor, product, revision, standard: as Linux logs it.
vendor = Linux
product = scsi_debug
revision = 0191
version = 7
