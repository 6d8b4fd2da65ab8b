#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# fuzz_all.sh BUILD CORPUS: every libFuzzer harness of BUILD, from its corpus
# (CORPUS/NAME for fuzz_NAME), for a bounded number of runs with a fixed seed.
# Prints "PASSED FAILED"; what the harnesses say goes to standard error.
build=$1
corpus=$2
p=0
f=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
for exe in "$build"/tests/fuzz/fuzz_*; do
	if [ ! -f "$exe" ] || [ ! -x "$exe" ]; then continue; fi
	name=$(basename "$exe")
	echo "== $name" >&2
	mkdir -p "$work/new" "$corpus/${name#fuzz_}"
	dict="$corpus/${name#fuzz_}.dict"
	set -- -seed=1 -runs=20000 -max_total_time=30 -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$build/meson-logs/"
	[ ! -f "$dict" ] || set -- "$@" -dict="$dict"
	if "$exe" "$@" "$work/new" "$corpus/${name#fuzz_}" >&2; then
		p=$((p + 1))
	else
		f=$((f + 1))
	fi
	rm -rf "$work/new"
done
if [ $((p + f)) -eq 0 ]; then
	echo "there is no harness in $build/tests/fuzz" >&2
	f=1
fi
echo "$p $f"
[ "$f" -eq 0 ]
