# IBM ULT3580-HH3, LTO-3, half height: as the full height drive.
# Product: a guess from its successors. Revision: a guess.
type = tape
like = ibm-lto3
product = ULT3580-HH3
