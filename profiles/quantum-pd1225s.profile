# Quantum ProDrive 1225S, 1.2 GB, 1991.
# Vendor, product, revision: the list of devices with quirks of Linux 2.0 (it
# hangs when LUNs above 0 are asked). Standard: a guess.
vendor = QUANTUM
product = PD1225S
revision = 3110
version = 2
