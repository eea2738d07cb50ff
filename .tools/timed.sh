#!/bin/sh
# timed.sh [-f] LABEL COMMAND [ARG...]
#
# Runs COMMAND, keeps its exit status and ends with one line, "make LABEL: 72 s".
# With -f the command runs beside this shell and a SIGTERM or SIGINT that
# reaches only this shell is passed on, so that stopping make stops a long-lived
# child too.
set -u

forward=no
if [ "$1" = "-f" ]; then
	forward=yes
	shift
fi
label=$1
shift

start=$(date +%s)
if [ "$forward" = yes ]; then
	# A shell without job control gives a background command no standard input.
	exec 3<&0
	"$@" <&3 &
	child=$!
	signalled=no
	trap 'signalled=yes; kill -TERM "$child" 2>/dev/null' INT TERM
	wait "$child"
	status=$?
	# A trapped signal ends wait early: go on until the child has really ended.
	while [ "$signalled" = yes ]; do
		signalled=no
		wait "$child"
		status=$?
	done
else
	"$@"
	status=$?
fi
seconds=$(($(date +%s) - start))

if [ "$status" -eq 0 ]; then
	echo "make $label: $seconds s"
else
	echo "make $label: $seconds s, failed (exit status $status)" >&2
fi
exit "$status"
