# ADIC Scalar 24.
# Vendor, product, revision: lsscsi. First addresses, as Scalar libraries have
# them. Standard, length of INQUIRY, VPD pages: other emulators. Slots: 24.
type = changer
vendor = ADIC
product = Scalar 24
revision = 7000
claims = 3
inquiry_len = 36
vpd = 80+83
robots_at = 1
ie_at = 16
drives_at = 256
slots_at = 4096
slots = 24
ie = 1
drives = 2
