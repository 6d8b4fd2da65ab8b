# LTO-8, 2017: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
# Bits per mm, tracks, and text of 5Dh (LTO-7 cartridges used as M8): guesses.
type = tape
writes = 5c:mb=6000000:bits=19107:width=127:tracks=3584:org=LTO-CVE:name=U-732:text=Ultrium 7/32T:partitions=4:label=L7:worm_label=LX
writes = 5d:mb=9000000:bits=19107:width=127:tracks=5376:org=LTO-CVE:name=U-832M:text=Ultrium M8/32T:partitions=4:label=M8
writes = 5e:mb=12000000:bits=20669:width=127:tracks=6656:org=LTO-CVE:name=U-832:text=Ultrium 8/32T:partitions=4:label=L8:worm_label=LY:usual
partitions = 4
append_only
takes_worm
protection
hide = 80+81+88+8a+8f+93
compress
encrypt
serial_len = 10
