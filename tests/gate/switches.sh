#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# switches.sh CC...: each switch of src/core/config.h alone can be off: the layers
# up to the device types compile without a warning, and call nothing that they
# do not have.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# one SWITCH CC...
one() {
	switch=$1
	shift
	rm -f "$work"/*.o
	smc='src/smc/*.c'
	case $switch in # a changer is a part, and moves between logical units
	SEMU_WITH_PARTS | SEMU_WITH_QUEUE) smc= ;;
	esac
	# shellcheck disable=SC2086 # a pattern, or nothing
	for f in src/core/*.c src/spc/*.c src/proc/*.c src/sbc/*.c \
		src/ssc/*.c $smc; do
		echo "$f -o $work/$(echo "$f" | tr / _).o"
	done >"$work/list"
	xargs -P 2 -L 1 -a "$work/list" "$@" "-D$switch=0" -O1 \
		-std=c11 -ffreestanding -fno-common -ffunction-sections \
		-fdata-sections -Wall -Wextra -Wno-unused-function -Werror \
		-Icross/freestanding -Iinclude -Isrc -c || return 1
	"$@" -nostdlib -r "$work"/*.o -o "$work/all.o"
	nm -u "$work/all.o" | awk '{print $2}' |
		grep -vxE 'mem(cpy|set|move|cmp)|_GLOBAL_OFFSET_TABLE_' \
			>"$work/foreign" || return 0
	cat "$work/foreign"
	return 1
}

sed -n 's/^#ifndef \(SEMU_WITH_[A-Z0-9_]*\).*/\1/p' src/core/config.h \
	>"$work/switches"
while read -r s; do
	one "$s" "$@" </dev/null || {
		echo "$s=0: does not build"
		failed=1
	}
done <"$work/switches"
exit "$failed"
