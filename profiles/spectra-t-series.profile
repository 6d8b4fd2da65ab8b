# Spectra Logic T50e, T120, T200, T380, T680, T950: PYTHON.
# Vendor, product, first addresses: other emulators, and lists that programs
# have. Revision, standard, VPD pages, numbers of elements: guesses.
type = changer
vendor = SPECTRA
product = PYTHON
revision = 2000
version = 5
vpd = 80+83
robots_at = 1
ie_at = 16
drives_at = 256
slots_at = 4096
slots = 50
ie = 4
drives = 4
