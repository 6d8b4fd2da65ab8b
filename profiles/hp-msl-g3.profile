# HP MSL2024, MSL4048: MSL G3 Series.
# Vendor, product, revision: listings of backup programs. First addresses:
# those that other emulators have for MSL. Standard, slots and drives
# (MSL2024): guesses.
type = changer
vendor = HP
product = MSL G3 Series
revision = 5.30
version = 5
vpd = 80+83
serial_len = 10
robots_at = 1
slots_at = 32
ie_at = 448
drives_at = 480
slots = 23
ie = 1
drives = 2
