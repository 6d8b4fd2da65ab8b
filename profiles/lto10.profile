# LTO-10, 2025: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
# Barcode labels, and all of 63h: guesses.
type = tape
writes = 62:mb=30000000:bits=21657:width=127:tracks=15104:org=LTO-CVE:name=U1032A:text=Ultrium 10/32T:partitions=4:label=LA:usual
writes = 63:mb=40000000:bits=22441:width=127:tracks=15104:org=LTO-CVE:name=U1032P:text=Ultrium 10/32T:partitions=4:label=PA
partitions = 4
append_only
takes_worm
protection
hide = 80+81+88+8a+8f+93
compress
encrypt
serial_len = 10
