# Quantum ULTRIUM-HH5, LTO-5, half height, IBM's drive.
# Vendor, product: what LTFS takes for it. Revision: a guess. The rest: as
# IBM's drive.
type = tape
like = ibm-lto5-hh
vendor = QUANTUM
product = ULTRIUM-HH5
revision = 3060
