#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# size.sh [--gate | --options]: the layers up to the device types, compiled for
# microcontrollers with nothing around them: it compiles without a warning,
# calls nothing but the memory functions, and this is how large it is: a disk,
# a tape drive, a changer. --gate: fails when a figure of tests/gate/limits.py
# is exceeded. --options: how much each part of a disk takes that can be left
# out.
set -eu
cd "$(dirname "$0")/.."
gate=${1-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a small target with a disk calls; what these do not reach is left out
# of the linked figure.
roots='scsiemu_device_size scsiemu_device_init scsiemu_device_tick
	scsiemu_lu_add scsiemu_lu_find scsiemu_lu_load scsiemu_lu_changed
	scsiemu_nexus_attach scsiemu_nexus_detach scsiemu_start scsiemu_did
	scsiemu_next scsiemu_end scsiemu_ready scsiemu_abort
	scsiemu_sense_encode'
roots_u=$(for r in $roots; do printf -- '-Wl,-u,%s ' "$r"; done)

# Everything optional left out (src/core/config.h and the like).
small=$(grep -rhoE '#ifndef SEMU_WITH_[A-Z0-9_]+' src | sort -u |
	awk '{printf "-D%s=0 ", $2}')

# Besides the smallest disk: reservations, and what they need.
reserving='-DSEMU_WITH_PR=1 -DSEMU_WITH_RESERVE=1 -DSEMU_WITH_QUEUE=1'

# compile FOLDER TYPE FLAG ...: the layers up to this device type (sbc, ssc,
# smc) into FOLDER, checked
compile() {
	out=$1
	type=$2
	shift 2
	mkdir -p "$out"
	for f in src/core/*.c src/spc/*.c "src/$type"/*.c; do
		"$prefix-gcc" "$@" -Os -std=c11 -ffreestanding -fno-common \
			-ffunction-sections -fdata-sections \
			-fcallgraph-info=su -Wall -Wextra -Werror \
			-Icross/freestanding -Iinclude -Isrc \
			-c "$f" -o "$out/$(echo "$f" | tr / _).o"
	done
	"$prefix-gcc" "$@" -Os -nostdlib -r -flinker-output=nolto-rel \
		"$out"/src_*.o -o "$out/all.o"
	"$prefix-nm" -u "$out/all.o" | awk '{print $2}' |
		grep -vxE 'mem(cpy|set|move|cmp)|__aeabi_.*|__.*(di|si)[0-9]' \
		>"$out/foreign" || true
	if [ -s "$out/foreign" ]; then
		echo "$out: calls what a bare machine has not:" >&2
		cat "$out/foreign" >&2
		exit 1
	fi
	# shellcheck disable=SC2086 # a list of plain names
	"$prefix-gcc" "$@" -nostdlib -static -Wl,--gc-sections $roots_u \
		"-Wl,-u,scsiemu_$type" -Wl,-e,scsiemu_start "$out"/src_*.o -lgcc \
		-Wl,--unresolved-symbols=ignore-all -o "$out/linked.elf" \
		2>/dev/null
}

# target NAME PREFIX FLAG ...
target() {
	full=$work/$1
	least=$work/$1-small
	reserve=$work/$1-reserve
	prefix=$2
	echo "$1 ($prefix-gcc)"
	shift 2
	compile "$full" sbc "$@" -DSEMU_WITH_NAMES=0
	compile "$full-ssc" ssc "$@" -DSEMU_WITH_NAMES=0
	compile "$full-smc" smc "$@" -DSEMU_WITH_NAMES=0
	# shellcheck disable=SC2086
	compile "$least" sbc "$@" $small -flto
	# shellcheck disable=SC2086,SC2046
	compile "$reserve" sbc "$@" $(less "$reserving") $reserving -flto
	for layer in core spc sbc; do
		row "$layer, all of it" "$full"/src_${layer}_*.o
	done
	row "a disk, linked" "$full/linked.elf"
	row "a tape drive, linked" "$full-ssc/linked.elf"
	row "a changer, linked" "$full-smc/linked.elf"
	row "the smallest disk" "$least/linked.elf"
	row "... with reservations" "$reserve/linked.elf"
	echo
}

# less FLAGS: $small without the switches that FLAGS turn on
less() {
	names=$(echo "$1" | sed 's/=1//g')
	for f in $small; do
		case " $names " in
		*" ${f%=0} "*) ;;
		*) echo "$f" ;;
		esac
	done
}

# row WHAT OBJECT ...: code with constants, data, zeroed data
row() {
	what=$1
	shift
	"$prefix-size" "$@" | awk -v what="$what" 'NR > 1 {
		t += $1; d += $2; b += $3
	} END {
		printf "  %-20s %7d code %5d data %5d bss\n", what, t, d, b
	}'
}

target cortex-m3 arm-none-eabi -mcpu=cortex-m3 -mthumb
target riscv32 riscv64-unknown-elf -march=rv32imac -mabi=ilp32

bytes() {
	arm-none-eabi-size "$work/cortex-m3-$1/linked.elf" |
		awk 'NR > 1 {print $1 + $2}'
}

if [ "$gate" = --options ]; then
	prefix=arm-none-eabi
	whole=$(arm-none-eabi-size "$work/cortex-m3/linked.elf" |
		awk 'NR > 1 {print $1 + $2}')
	echo "what can be left out (meson setup -Dwithout=NAME,...), bytes"
	sed -n 's/^#ifndef \(SEMU_WITH_[A-Z0-9_]*\).*/\1/p' \
		src/core/config.h | sort >"$work/switches"
	while read -r s; do
		compile "$work/cortex-m3-option" sbc -mcpu=cortex-m3 -mthumb \
			-DSEMU_WITH_NAMES=0 "-D$s=0" -Wno-unused-function
		name=$(echo "${s#SEMU_WITH_}" | tr '[:upper:]' '[:lower:]')
		printf '  %-20s %7d\n' "$name" $((whole - $(bytes option)))
		rm -rf "$work/cortex-m3-option"
	done <"$work/switches"
	exit
fi

failed=0
for type in ssc smc; do
	# shellcheck disable=SC2086 # a list of plain names
	python3 tools/stack.py ${gate:+--gate} "$work/cortex-m3-$type" \
		$roots || failed=1
done
# shellcheck disable=SC2086
python3 tools/stack.py ${gate:+--gate "$(bytes small)" "$(bytes reserve)"} \
	"$work/cortex-m3" $roots || failed=1
exit "$failed"
