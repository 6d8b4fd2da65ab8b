# Quantum ULTRIUM-HH7, LTO-7, half height, IBM's drive.
# Vendor, product: what LTFS takes for it. Revision: a guess. The rest: as
# IBM's drive.
type = tape
like = ibm-lto7-hh
vendor = QUANTUM
product = ULTRIUM-HH7
revision = KAH1
