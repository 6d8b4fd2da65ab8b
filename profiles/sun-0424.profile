# Sun SUN0424, 424 MB, 1992: a Conner drive with Sun's firmware.
# 1151 cylinders, 9 heads, 80 sectors: size=414360K.
# Product: drivers and drive tables of SunOS. That SUN0424 is the first word
# of the product behind the maker's name is known; CONNER, the model, revision
# and standard are guesses.
vendor = CONNER
product = CP30540 SUN0424
revision = B0BF
version = 2
