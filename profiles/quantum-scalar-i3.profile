# Quantum Scalar i3, i6.
# Vendor, product, revision: lsscsi. First addresses: Quantum's SCSI reference.
# Standard, VPD pages: guesses. Slots: a Scalar i3 module, 25 to 50.
type = changer
vendor = QUANTUM
product = Scalar i3-i6
revision = 225G
version = 5
vpd = 80+83+88
robots_at = 1
ie_at = 16
drives_at = 256
slots_at = 4096
slots = 50
ie = 5
drives = 3
