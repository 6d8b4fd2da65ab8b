# HP MSL6000 Series.
# Vendor, product, revision, standard: lsscsi. First addresses: those that
# other emulators have for MSL. Slots and drives (MSL6030): guesses.
type = changer
vendor = HP
product = MSL6000 Series
revision = 0513
claims = 2
vpd = 80+83
serial_len = 10
robots_at = 1
slots_at = 32
ie_at = 448
drives_at = 480
slots = 29
ie = 1
drives = 2
