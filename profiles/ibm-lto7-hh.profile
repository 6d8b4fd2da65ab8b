# IBM ULT3580-HH7, LTO-7, half height: as the full height drive.
# Product: what LTFS takes for it. Revision: as lsscsi shows it of ULTRIUM-HH7.
type = tape
like = ibm-lto7
product = ULT3580-HH7
revision = KAH1
