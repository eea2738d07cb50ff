#!/bin/sh
# tool.sh NAME...
#
# Builds the programs of .tools/NAME into .cache/bin, unless they were already
# built from the same sources by the same Go. A tool of our own is known by its
# Go files, a pinned one by its go.mod and go.sum. Needs the network only to
# build a pinned tool whose modules are not in Go's module cache yet.
set -eu
cd "$(dirname "$0")/.."
root=$PWD
mkdir -p .cache/bin .cache/stamps

# GOWORK=off: each tool has its own requirements, apart from the product's.
export GOWORK=off CGO_ENABLED=0

hash() {
	if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

fingerprint() {
	{
		go env GOVERSION GOOS GOARCH
		cat .tools/"$1"/go.mod
		for file in .tools/"$1"/go.sum .tools/"$1"/*.go; do
			if [ -f "$file" ]; then cat "$file"; fi
		done
	} | hash | cut -d ' ' -f 1
}

built() {
	[ "$(cat "$1" 2>/dev/null)" = "$2" ] || return 1
	# Someone may have emptied .cache/bin and left the stamp.
	while read -r program; do
		[ -x ".cache/bin/$program" ] || return 1
	done <"$1.programs"
}

for name in "$@"; do
	if [ ! -f ".tools/$name/go.mod" ]; then
		echo "tool.sh: there is no .tools/$name/go.mod" >&2
		exit 2
	fi
	stamp=.cache/stamps/$name
	want=$(fingerprint "$name")
	if built "$stamp" "$want"; then continue; fi

	what=tool
	if [ -f ".tools/$name/main.go" ]; then what=.; fi
	echo "building .tools/$name …"
	start=$(date +%s)
	nice -n 5 go -C ".tools/$name" build -trimpath -buildvcs=false -ldflags '-s -w' -o "$root/.cache/bin/" "$what"
	go -C ".tools/$name" list "$what" | sed 's|.*/||' >"$stamp.programs"
	echo "$want" >"$stamp"
	echo "built .tools/$name in $(($(date +%s) - start)) s"
done
