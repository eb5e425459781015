package cmd

import (
	"github.com/spf13/pflag"

	"github.com/transship/transship/cluster"
)

// exitFlags say whether up ends when a container does.
type exitFlags struct {
	onAny, onFailure bool
	codeFrom         string
}

func (f *exitFlags) attach(flags *pflag.FlagSet) {
	flags.BoolVar(&f.onAny, "abort-on-container-exit", false, "stop all services when a container ends, and exit with its code")
	flags.BoolVar(&f.onFailure, "abort-on-container-failure", false, "the same, when a container ends with another code than 0")
	flags.StringVar(&f.codeFrom, "exit-code-from", "", "the same as --abort-on-container-exit, but exit with the code of `SERVICE`")
}

func (f *exitFlags) isSet() bool { return f.onAny || f.onFailure || f.codeFrom != "" }

// aborts reports whether the end of a container ends up.
func (f *exitFlags) aborts(e cluster.Exited) bool {
	return f.onAny || f.codeFrom != "" || f.onFailure && e.ExitCode != 0
}
