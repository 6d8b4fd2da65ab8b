# LTO-5, 2010: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
type = tape
reads = 44:mb=400000:bits=9638:width=127:tracks=704:org=LTO-CVE:name=U-316:text=Ultrium 3/16T:partitions=1:label=L3:worm_label=LT
writes = 46:mb=800000:bits=12725:width=127:tracks=896:org=LTO-CVE:name=U-416:text=Ultrium 4/16T:partitions=1:label=L4:worm_label=LU
writes = 58:mb=1500000:bits=15142:width=127:tracks=1280:org=LTO-CVE:name=U-516:text=Ultrium 5/16T:partitions=2:label=L5:worm_label=LV:usual
partitions = 2
append_only
takes_worm
protection
reed_solomon
hide = 80+81+88+8a+8f+93
compress
encrypt
serial_len = 10
