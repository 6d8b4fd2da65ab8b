# IBM ULT3580-HH9, LTO-9, half height: as the full height drive.
# Product: lsscsi. Revision: as lsscsi shows it.
type = tape
like = ibm-lto9
product = ULT3580-HH9
revision = R3G9
