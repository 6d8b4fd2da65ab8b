# Quantum LPS 525S, 525 MB, 1992.
# Vendor, product, revision: the list of devices with quirks of Linux 2.0 (it
# hangs when LUNs above 0 are asked). Standard: a guess.
vendor = QUANTUM
product = LPS525S
revision = 3110
version = 2
