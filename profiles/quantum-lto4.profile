# Quantum ULTRIUM 4, LTO-4, half height.
# Vendor, product: lists of drives that programs know. Revision: a guess. VPD
# pages (without those of the vendor): its SCSI reference. Standard, medium
# types: guesses.
type = tape
like = lto4
vendor = QUANTUM
product = ULTRIUM 4
revision = 2210
version = 5
reads = 42:medium=0
writes = 44:medium=0:worm=1
writes = 46:medium=0:worm=1
block_max = 16777215
vpd = 80+83+b0
