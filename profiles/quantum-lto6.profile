# Quantum ULTRIUM-HH6, LTO-6, half height, IBM's drive.
# Vendor, product: what LTFS takes for it. Revision: a guess. The rest: as
# IBM's drive.
type = tape
like = ibm-lto6-hh
vendor = QUANTUM
product = ULTRIUM-HH6
revision = F1J1
