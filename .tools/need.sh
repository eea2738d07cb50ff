#!/bin/sh
# need.sh NAME...
#
# Says which of the named programs (go, node, npm, python3, java, mvn, docker) are
# missing or too old, and where to get them. Exits 1 when one is, after all were
# looked at. The lowest Go version is the one in go.work.
set -u
cd "$(dirname "$0")/.." || exit 1

missing=0

lack() {
	echo "missing: $1" >&2
	missing=1
}

# at_least HAVE WANT compares the first two numbers of dotted versions.
at_least() {
	have_major=${1%%.*}
	have_rest=${1#*.}
	want_major=${2%%.*}
	want_rest=${2#*.}
	[ "$have_major" -gt "$want_major" ] && return 0
	[ "$have_major" -eq "$want_major" ] && [ "${have_rest%%.*}" -ge "${want_rest%%.*}" ]
}

need_go() {
	want=$(sed -n 's/^go //p' go.work)
	if ! command -v go >/dev/null; then
		lack "Go $want or newer. Install it from https://go.dev/doc/install"
		return
	fi
	# Asked inside the workspace, an older go with GOTOOLCHAIN=auto brings the
	# newer one itself; it answers with an error when it cannot.
	have=$(go env GOVERSION 2>/dev/null | sed -n 's/^go\([0-9.]*\).*/\1/p')
	if [ -z "$have" ] || ! at_least "$have" "$want"; then
		lack "Go $want or newer; the one on PATH is $(GOWORK=off go env GOVERSION). Install it from https://go.dev/doc/install"
	fi
}

need_node() {
	if ! command -v node >/dev/null; then
		lack "Node.js 18 or newer. Install it from https://nodejs.org or your system's packages (nodejs)"
		return
	fi
	have=$(node --version)
	at_least "${have#v}" 18.0 || lack "Node.js 18 or newer; the one on PATH is $have"
}

need_npm() {
	if ! command -v npm >/dev/null; then
		lack "npm 8 or newer. It comes with Node.js, or as your system's package npm"
		return
	fi
	have=$(npm --version)
	at_least "$have" 8.0 || lack "npm 8 or newer; the one on PATH is $have"
}

need_python3() {
	if ! command -v python3 >/dev/null; then
		lack "Python 3.10 or newer, with venv. Install your system's packages (python3, python3-venv)"
		return
	fi
	have=$(python3 --version)
	at_least "${have#Python }" 3.10 || lack "Python 3.10 or newer; the one on PATH is $have"
}

need_java() {
	if ! command -v java >/dev/null; then
		lack "Java 17 or newer, a JRE is enough. Install your system's package (default-jre-headless)"
		return
	fi
	have=$(java -version 2>&1 | sed -n 's/.*version "\([0-9.]*\).*/\1/p')
	at_least "${have:-0}.0" 17.0 || lack "Java 17 or newer; the one on PATH is $have"
}

need_mvn() {
	command -v mvn >/dev/null || lack "Maven 3.6 or newer (mvn). Install your system's package (maven)"
}

need_docker() {
	if ! command -v docker >/dev/null; then
		lack "Docker. Install an engine and its client (your system's package docker.io)"
		return
	fi
	# The client alone is often there without an engine to talk to.
	docker version --format '{{.Server.Version}}' >/dev/null 2>&1 ||
		lack "a running Docker engine: the docker client is here, no engine answers it. Start dockerd or set DOCKER_HOST"
}

for name in "$@"; do
	case $name in
	go) need_go ;;
	node) need_node ;;
	npm) need_npm ;;
	python3) need_python3 ;;
	java) need_java ;;
	mvn) need_mvn ;;
	docker) need_docker ;;
	*)
		echo "need.sh: unknown program $name" >&2
		exit 2
		;;
	esac
done
exit "$missing"
