# Seagate ST225N, 21 MB, 1986: SCSI-1 with the Common Command Set.
# 615 cylinders, 4 heads, 17 sectors of 512 bytes: size=20910K.
# Vendor and product: identities that emulators of the time's hosts give it.
# Revision and standard: guesses.
vendor = SEAGATE
product = ST225N
revision = 1.0
version = 1
