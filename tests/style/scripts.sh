#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Shell scripts pass shellcheck, and words are spelled as codespell knows them.
cd "$(dirname "$0")/../.." || exit 1
rc=0
sh_files=$(git ls-files -co --exclude-standard '*.sh' dev .ci/run)
# shellcheck disable=SC2086 # a list of plain names
shellcheck $sh_files || rc=1
git ls-files -co --exclude-standard ':!tests/fuzz/corpus' |
	xargs codespell --ignore-words tests/style/words.txt || rc=1
exit $rc
