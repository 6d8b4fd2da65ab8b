# Quantum Fireball ST 6.4 GB, 1997.
# Vendor, product, revision, standard: as hosts' logs show it.
vendor = QUANTUM
product = FIREBALL ST6.4S
revision = 0F0C
version = 2
