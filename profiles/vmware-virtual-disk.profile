# Disk of a VMware virtual machine or local disk of nested ESXi.
# Vendor, product, revision, standard: as esxcli shows it.
# Pages: a guess. Older machines have revision 1.0 and version=2.
vendor = VMware
product = Virtual disk
revision = 2.0
version = 6
vpd = 80+83+b0+b1+b2
