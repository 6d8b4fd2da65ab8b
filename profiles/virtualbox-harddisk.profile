# Disk of a VirtualBox machine with a SCSI controller.
# Vendor, product, revision, standard: as Linux guests log it.
vendor = VBOX
product = HARDDISK
revision = 1.0
version = 5
