#!/bin/sh
# Installs ClickHouse's engine library (libchdb.so) for the embedded ClickHouse.
#
#   install.sh [target folder]      default: .cache/chdb at the root of the checkout
#
# The version and its integrity hash are pinned in package-lock.json beside this
# script; npm refuses anything else. The registry is the one npm is configured
# with. When the pinned version is already in the target, nothing is run and no
# network is used.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=${1:-$(cd "$here/../.." && pwd)/.cache/chdb}
library=$target/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
stamp=$target/.installed

if [ -f "$library" ] && cmp -s "$here/package-lock.json" "$stamp"; then
	exit 0
fi
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
	echo "install.sh: the engine library is only published for Linux on x86-64 (glibc); this machine is $(uname -s) on $(uname -m)" >&2
	exit 1
fi
if ! command -v npm >/dev/null; then
	echo "install.sh: npm is missing; install Node.js (which brings npm) and run this again" >&2
	exit 1
fi

mkdir -p "$target"
cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$target/"
rm -f "$stamp"
npm ci --prefix "$target" --ignore-scripts --no-audit --no-fund --loglevel=error
[ -f "$library" ] || { echo "install.sh: npm succeeded, yet $library is not there" >&2; exit 1; }
cp "$here/package-lock.json" "$stamp"
