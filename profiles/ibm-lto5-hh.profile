# IBM ULT3580-HH5, LTO-5, half height: as the full height drive.
# Product: lsscsi. Revision: a guess.
type = tape
like = ibm-lto5
product = ULT3580-HH5
