# LTO-4, 2007: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
type = tape
reads = 42:mb=200000:bits=7398:width=127:tracks=512:org=LTO-CVE:name=U-28:text=Ultrium 2/8T:partitions=1:label=L2
writes = 44:mb=400000:bits=9638:width=127:tracks=704:org=LTO-CVE:name=U-316:text=Ultrium 3/16T:partitions=1:label=L3:worm_label=LT
writes = 46:mb=800000:bits=12725:width=127:tracks=896:org=LTO-CVE:name=U-416:text=Ultrium 4/16T:partitions=1:label=L4:worm_label=LU:usual
takes_worm
set_capacity
hide = 04+80+81+88+8a+8f+93
compress
encrypt
serial_len = 10
