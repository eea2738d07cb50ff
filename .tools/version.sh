#!/bin/sh
# version.sh: prints the version of this checkout, from git where there is git.
cd "$(dirname "$0")/.." || exit 1
git describe --tags --always --dirty 2>/dev/null || echo unversioned
