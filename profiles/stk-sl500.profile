# StorageTek SL500.
# Vendor, product, revision: lists that programs have; revision: a guess. First
# addresses: those that other emulators have. Standard, VPD pages, numbers of
# elements: guesses.
type = changer
vendor = STK
product = SL500
revision = 1501
claims = 3
vpd = 80
serial_len = 12
robots_at = 1
ie_at = 10
drives_at = 500
slots_at = 1000
slots = 50
ie = 5
drives = 4
