# IBM ULT3580-HHA, LTO-10, half height: as the full height drive.
# Product: what LTFS takes for it. Revision: a guess.
type = tape
like = ibm-lto10
product = ULT3580-HHA
