# IBM 03584L32: TS3500, 3584.
# Vendor, product, revision: lsscsi. Standard (SPC), length of INQUIRY: the
# SCSI reference as other emulators read it. First addresses: the same. Numbers
# of elements: as one wants.
type = changer
vendor = IBM
product = 03584L32
revision = 1B00
claims = 3
inquiry_len = 58
vpd = 80+83
serial_len = 12
robots_at = 1
drives_at = 257
ie_at = 769
slots_at = 1025
slots = 60
ie = 16
drives = 4
