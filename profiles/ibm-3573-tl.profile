# IBM 3573-TL: TS3100, TS3200, Dell PowerVault TL2000, TL4000.
# Vendor, product, revision: lsscsi. INQUIRY (standard 5, its length, where the
# serial number and the barcode scanner's bit stand): IBM's and Dell's SCSI
# references as other emulators read them; the serial number's bytes are spaces
# here. VPD pages: the same references (without C0h, C1h). First addresses:
# guesses from listings of mtx. 23 slots and a mail slot: TS3100.
type = changer
vendor = IBM
product = 3573-TL
revision = 1621
version = 5
inquiry_len = 72
inquiry = 2020202020202020202020202020000000000001
vpd = 80+83
serial_len = 12
robots_at = 1
ie_at = 16
drives_at = 256
slots_at = 4096
slots = 23
ie = 1
drives = 1
