// Command house holds the checks of the house that no ready-made tool does:
// it runs the tests of all modules and tells what was skipped, and it looks
// after licences, the map in CONTRIBUTING.md and names that must not be
// committed. It uses the standard library only, so that building it needs no
// network.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// errFound ends a command whose findings are already printed.
var errFound = errors.New("found something to mend")

type command func(ctx context.Context, args []string, out io.Writer) error

var commands = map[string]command{
	"test":     runTest,
	"sum":      runSum,
	"licences": runLicences,
	"map":      runMap,
	"names":    runNames,
}

const usage = `usage:
  house test [-summary FILE] [-timeout D] [-run RE] [-short] DIR[:race][:alone]...
  house sum FILE...
  house licences -lock FILE -allow FILE DIR...
  house map FILE
  house names`

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprintln(os.Stderr, usage)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := commands[args[0]](ctx, args[1:], os.Stdout)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errFound):
		return 1
	default:
		fmt.Fprintf(os.Stderr, "house %s: %v\n", args[0], err)
		return 2
	}
}
