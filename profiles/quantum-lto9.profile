# Quantum ULTRIUM-HH9, LTO-9, half height, IBM's drive.
# Vendor, product: what LTFS takes for it. Revision: a guess. The rest: as
# IBM's drive.
type = tape
like = ibm-lto9-hh
vendor = QUANTUM
product = ULTRIUM-HH9
revision = Q3F5
