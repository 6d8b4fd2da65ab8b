# Quantum SDLT600.
# Vendor, product, standard: lsscsi. Revision: as lsscsi shows it. Density
# codes and native capacities: lists that programs and other emulators have,
# 41h: a guess. Compression algorithm 10h: T10's list. Pages, limits: guesses.
type = tape
vendor = QUANTUM
product = SDLT600
revision = 3333
claims = 4
version = 5
takes_worm
reads = 48:mb=110000:width=127:org=DLT-CVE:name=SDLT220:text=Super DLTtape I
writes = 49:mb=160000:width=127:org=DLT-CVE:name=SDLT320:text=Super DLTtape I
writes = 4a:mb=300000:width=127:org=DLT-CVE:name=SDLT600:text=Super DLTtape II:usual
block_max = 16777215
vpd = 80+83+b0+b1
hide = 80+81+88+8a+8f+93
mode = 0f@4:0000001000000010
mode_pages = 01+02+0a+0f+10+11+1c
log_pages = 02+03+0c+2e+32
serial_len = 12
