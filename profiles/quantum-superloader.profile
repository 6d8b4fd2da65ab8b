# Quantum SuperLoader 3: UHDL.
# Vendor, product, revision: lsscsi. First addresses, standard, VPD pages:
# guesses. 16 slots, one drive, a mail slot.
type = changer
vendor = QUANTUM
product = UHDL
revision = 0061
version = 5
vpd = 80+83
robots_at = 1
slots_at = 16
drives_at = 256
ie_at = 512
slots = 16
ie = 1
drives = 1
