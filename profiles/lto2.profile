# LTO-2, 2003: what all drives of the generation have in common.
# Densities, names, bits per mm, tracks, native capacities, partitions, which
# cartridges are read and written: REPORT DENSITY SUPPORT of drives, and IBM's
# and Quantum's SCSI references. Early warning and block limits: the usual.
type = tape
writes = 40:mb=100000:bits=4880:width=127:tracks=384:org=LTO-CVE:name=U-18:text=Ultrium 1/8T:partitions=1:label=L1
writes = 42:mb=200000:bits=7398:width=127:tracks=512:org=LTO-CVE:name=U-28:text=Ultrium 2/8T:partitions=1:label=L2:usual
set_capacity
hide = 04+80+81+88+8a+8f+93+91+a3/0c+a3/0d+a3/0f+a4/0f
compress
serial_len = 10
