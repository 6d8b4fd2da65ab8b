# IBM ULT3580-HH8, LTO-8, half height: as the full height drive.
# Product: what LTFS takes for it. Revision: a guess.
type = tape
like = ibm-lto8
product = ULT3580-HH8
