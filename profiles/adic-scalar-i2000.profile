# ADIC Scalar i2000, i500, i6000.
# Vendor, product: lists of changers that programs know. First addresses:
# Quantum's SCSI reference. Revision, standard, VPD pages, numbers of elements:
# guesses.
type = changer
vendor = ADIC
product = Scalar i2000
revision = 590A
version = 5
vpd = 80+83
robots_at = 1
ie_at = 16
drives_at = 256
slots_at = 4096
slots = 100
ie = 24
drives = 4
