# IBM ULT3580-HH4, LTO-4, half height: as the full height drive.
# Product: a guess from its successors. Revision: a guess.
type = tape
like = ibm-lto4
product = ULT3580-HH4
