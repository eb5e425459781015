package cmd

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain makes the test binary answer to the name transship, so that the scripts run the whole program.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"transship": func() {
			os.Exit(Main(context.Background(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
		},
	})
}

// TestScripts runs testdata/script: what a person sees at the command line, one behaviour a script.
func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts the program some hundred times")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
	})
}
