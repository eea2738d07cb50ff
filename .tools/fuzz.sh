#!/bin/sh
# fuzz.sh TIME MODULE...
#
# Runs every fuzz target of the modules for TIME each, one after the other, and
# fails at the end when one found something; go test says which input, and keeps
# it under testdata/fuzz beside the test, to be committed with the fix.
set -u
cd "$(dirname "$0")/.." || exit 1

.tools/need.sh go || exit 1
time=$1
shift

# Lines "file:func FuzzName(…", one a target; pkg holds pkg/client, hence -u.
list=$(find "$@" -name '*_test.go' -exec grep -H '^func Fuzz' {} + | sort -u)
if [ -z "$list" ]; then
	echo "there is no fuzz target"
	exit 0
fi

failed=0
while IFS=: read -r file declaration; do
	folder=$(dirname "$file")
	target=${declaration#func }
	target=${target%%(*}
	echo "== $folder $target"
	# go test -fuzz takes one package and one target at a time.
	go test -vet=off -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$folder" </dev/null || failed=1
done <<LIST
$list
LIST
exit "$failed"
