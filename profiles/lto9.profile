# LTO-9, 2021: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
type = tape
writes = 5e:mb=12000000:bits=20669:width=127:tracks=6656:org=LTO-CVE:name=U-832:text=Ultrium 8/32T:partitions=4:label=L8:worm_label=LY
writes = 60:mb=18000000:bits=21459:width=127:tracks=8960:org=LTO-CVE:name=U-932:text=Ultrium 9/32T:partitions=4:label=L9:worm_label=LZ:usual
partitions = 4
append_only
takes_worm
protection
hide = 80+81+88+8a+8f+93
compress
encrypt
serial_len = 10
