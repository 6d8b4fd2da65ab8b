# Quantum ULTRIUM-HH8, LTO-8, half height, IBM's drive.
# Vendor, product: what LTFS takes for it. Revision: a guess. The rest: as
# IBM's drive.
type = tape
like = ibm-lto8-hh
vendor = QUANTUM
product = ULTRIUM-HH8
revision = N9M1
