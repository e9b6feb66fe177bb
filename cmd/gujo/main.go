// Command gujo diagnoses the structure of an organisation's information systems:
// it reads what is really there, builds one dependency graph from power feed to
// public service, and finds every single point of failure that the graph
// contains and every redundancy that is not one.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"gujo/cmd/gujo/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := command.Main(ctx, os.Args[1:], command.Environment())
	stop()
	os.Exit(code)
}
