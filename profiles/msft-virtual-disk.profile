# Disk of a Hyper-V or Azure virtual machine (VHDX).
# Vendor, product, revision, standard, physical blocks: as Linux guests log it.
# Pages: a guess.
vendor = Msft
product = Virtual Disk
revision = 1.0
version = 5
exponent = 3
thin
vpd = 80+83+b0+b1+b2
