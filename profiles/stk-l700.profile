# StorageTek L700.
# Vendor, product, revision: lists that programs have; its revision is that of
# an L180. First addresses: those that other emulators have. Standard, VPD
# pages, numbers of elements: guesses.
type = changer
vendor = STK
product = L700
revision = 0315
claims = 3
vpd = 80
serial_len = 12
robots_at = 1
ie_at = 10
drives_at = 500
slots_at = 1000
slots = 678
ie = 20
drives = 12
