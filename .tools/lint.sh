#!/bin/sh
# lint.sh MODULE...
#
# Runs every check of the house, each to its end, and prints one line for each:
# PASS, SKIP with the reason, or FAIL after what it printed. The whole output of
# a check stays in .cache/report/lint-logs/. ONLY=name runs the checks whose name
# holds that word. The tools were built before (make lint does that).
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
bin=$root/.cache/bin
report=$root/.cache/report/lint-logs
modules=$*
mkdir -p "$report"
export PATH="$bin:$PATH"

# What a check exits with when it could not look; its last line is the reason.
skipped=77
# How long the vulnerability database may take to answer, in seconds.
database_wait=30
# How much of a failed check's output is shown here, in lines.
shown_lines=80

passes=0
fails=0
skips=0

skip() {
	echo "$1"
	exit "$skipped"
}

# check NAME FUNCTION runs one check in a shell of its own.
check() {
	case $1 in *"${ONLY:-}"*) ;; *) return ;; esac
	log=$report/$(echo "$1" | tr -cs 'A-Za-z0-9\n' '-').log
	began=$(date +%s)
	(
		set -e
		"$2"
	) >"$log" 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - began))
	case $status in
	0)
		passes=$((passes + 1))
		echo "PASS  $1 (${took} s)"
		;;
	"$skipped")
		skips=$((skips + 1))
		echo "SKIP  $1: $(tail -n 1 "$log")"
		;;
	*)
		fails=$((fails + 1))
		head -n "$shown_lines" "$log" | sed 's/^/      /'
		if [ "$(wc -l <"$log")" -gt "$shown_lines" ]; then echo "      … all of it in ${log#"$root"/}"; fi
		echo "FAIL  $1 (${took} s)"
		;;
	esac
}

# Go code of the workspace, all modules in one run: they share what they import.
go_code() {
	golangci-lint config verify
	patterns=""
	for module in $modules; do patterns="$patterns ./$module/..."; done
	# shellcheck disable=SC2086 # a list of patterns
	golangci-lint run $patterns
	# The image's binary leaves the engine library out: other files, seldom built.
	go vet -tags hushlog_static ./pkg/embedded ./services/hushlog
}

go_tools() {
	cd .tools/house
	GOWORK=off golangci-lint run --config "$root/.golangci.yml" ./...
}

# buf format is left out: it would write each field's declaration, which reads
# well on the field's own line, over four lines.
contracts() {
	cd proto
	buf lint
}

# The contract may only grow. It is compared with the last release, or else with
# the commit before: HEAD when the contract is being changed, HEAD~1 when not.
breaking() {
	git rev-parse --verify --quiet HEAD >/dev/null || skip "there is no commit to compare with"
	base=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null) || base=""
	if [ -z "$base" ]; then
		base=HEAD~1
		git diff --quiet HEAD -- proto || base=HEAD
	fi
	git rev-parse --verify --quiet "$base^{commit}" >/dev/null || skip "the first commit has none before it to compare with"
	[ -n "$(git ls-tree "$base" proto/buf.yaml)" ] || skip "$base holds no contract yet"
	# Taken out of git by git itself: a clone without .git/objects of its own, a
	# worktree or a shallow clone are its matter then, not buf's.
	before=$(mktemp -d)
	trap 'rm -rf "$before"' EXIT
	git archive "$base" proto | tar -x -C "$before"
	buf breaking proto --against "$before/proto"
	echo "compared with $base"
}

# Generates into an empty folder and compares, both ways, with what is committed.
generated() {
	fresh=$(mktemp -d)
	trap 'rm -rf "$fresh"' EXIT
	.tools/generate.sh "$fresh"
	generated_files "$fresh" >"$report/generated.want"
	generated_files "$root/proto" >"$report/generated.have"
	diff -u "$report/generated.have" "$report/generated.want" ||
		{
			echo "the list of generated files differs: run make generate"
			return 1
		}
	while read -r file; do
		diff -u "proto/$file" "$fresh/$file" ||
			{
				echo "proto/$file is not what the contract says: run make generate"
				return 1
			}
	done <"$report/generated.want"
}

generated_files() {
	(cd "$1" && find . \( -name '*.pb.go' -o -name '*.pb.gw.go' -o -name '*.swagger.json' \) | sort)
}

# The modules of pinned tools are left out: no code of ours is in them, go get
# -tool wrote them, and tidying them fetches the tests of all that they import.
tidy() {
	untidy=0
	for folder in $modules .tools/house; do
		go -C "$folder" mod tidy -diff || {
			echo "$folder: go.mod or go.sum is not tidy: run go mod tidy there"
			untidy=1
		}
	done
	# Of what only measures, it is enough that it still builds with what the modules need by now.
	GOWORK=off go -C .tools/bench-redact list -deps . >/dev/null || {
		echo ".tools/bench-redact: go.mod or go.sum is out of step: run go mod tidy there"
		untidy=1
	}
	return "$untidy"
}

# -version prints when the database was updated, if the database answers.
vulnerabilities() {
	about=$(timeout "$database_wait" govulncheck -version 2>&1) || about=""
	case $about in
	*"DB updated"*) ;;
	*) skip "the vulnerability database cannot be reached from here (set GOVULNDB to a mirror)" ;;
	esac
	vulnerable=0
	for module in $modules; do
		# A module without packages has nothing to look at.
		[ -n "$(go -C "$module" list ./... 2>/dev/null)" ] || continue
		timeout 120 govulncheck -C "$module" ./... || vulnerable=1
	done
	return "$vulnerable"
}

shell_scripts() {
	command -v shellcheck >/dev/null || skip "shellcheck is not installed (your system's package shellcheck)"
	git ls-files --cached --others --exclude-standard | while read -r file; do
		[ -f "$file" ] || continue
		case $file in *.sh) echo "$file" ;; *.* | LICENSE | NOTICE | Makefile) ;; *)
			if head -n 1 "$file" | grep -Eq '^#!.*\b(sh|bash|dash)$'; then echo "$file"; fi
			;;
		esac
	done >"$report/scripts"
	# .ci/run has a dot in its folder's name, not in its own.
	if [ -f .ci/run ]; then echo .ci/run >>"$report/scripts"; fi
	xargs shellcheck <"$report/scripts"
}

licences() {
	# shellcheck disable=SC2086 # a list of modules
	house licences -allow .tools/licences.allow -lock .tools/chdb/package-lock.json $modules
}

names() { house names; }

folder_map() { house map CONTRIBUTING.md; }

check "Go code" go_code
check "Go code of .tools/house" go_tools
check "contracts: style" contracts
check "contracts: nothing breaks" breaking
check "generated code in step" generated
check "go.mod files tidy" tidy
check "known vulnerabilities" vulnerabilities
check "shell scripts" shell_scripts
check "licences of dependencies" licences
check "no registry, no machine path" names
check "map in CONTRIBUTING.md" folder_map

echo "$passes passed, $fails failed, $skips skipped" >.cache/report/lint
cat .cache/report/lint
[ "$fails" -eq 0 ]
