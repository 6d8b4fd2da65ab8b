# scsi-hd of QEMU, since 2.5.
# Vendor, product, revision, standard: as Linux guests log it. Pages: those
# of its disk model.
vendor = QEMU
product = QEMU HARDDISK
revision = 2.5+
version = 5
thin
vpd = 80+83+b0+b1+b2
