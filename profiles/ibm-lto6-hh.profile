# IBM ULT3580-HH6, LTO-6, half height: as the full height drive.
# Product: what LTFS takes for it. Revision: a guess.
type = tape
like = ibm-lto6
product = ULT3580-HH6
