# StorageTek L180.
# Vendor, product, revision: lsscsi. First addresses: those that other
# emulators have. Standard, VPD pages, numbers of elements: guesses.
type = changer
vendor = STK
product = L180
revision = 0315
claims = 3
vpd = 80
serial_len = 12
robots_at = 1
ie_at = 10
drives_at = 500
slots_at = 1000
slots = 174
ie = 10
drives = 6
