package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/transship/transship/internal/suggest"
)

// The exit codes of every command. They are part of the interface: scripts depend on them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitFindings    = 3
	exitTimeout     = 4
	exitInterrupted = 130
)

const exitCodesHelp = `0    it worked
1    it failed: the project has errors, a file cannot be read or written, the cluster said no
2    wrong usage: an unknown command, flag or value; nothing was done
3    it worked, but a finding reached the severity that --fail-on (or --strict) names
4    it timed out waiting
130  it was interrupted; 143 if by SIGTERM`

func newExitCodes(Streams, *projectFlags) *cobra.Command {
	return &cobra.Command{Use: "exit-codes", Short: "What the exit codes mean", Long: exitCodesHelp}
}

// usageError is a command line that makes no sense.
type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// silentError ends a command with a code after everything there is to say has been printed.
type silentError struct{ code int }

func (e *silentError) Error() string { return fmt.Sprintf("exit code %d", e.code) }

func exitCode(ctx context.Context, err error) int {
	var (
		silent *silentError
		usage  *usageError
	)
	switch {
	case err == nil:
		return exitOK
	case errors.Is(ctx.Err(), context.Canceled): // whatever the interruption has made fail
		return interruption(ctx)
	case errors.As(err, &silent):
		return silent.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimeout
	default:
		return exitFailed
	}
}

// isFlagError reports whether an error is the flag parser's own.
func isFlagError(err error) bool {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
		missing *pflag.ValueRequiredError
	)
	return errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &missing)
}

// flagError turns what the flag parser says into a usage error that names the flag as it was written and, for a
// misspelt one, the flag that was meant.
func flagError(c *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		if behind := commandWith(c, unknown.GetSpecifiedName()); behind != "" {
			return usagef("-%s stands behind the command: %s -%[1]s", unknown.GetSpecifiedName(), behind)
		}
		return usagef("-%s is not a flag of %s%s", unknown.GetSpecifiedName(), c.CommandPath(), orHelp("", c))
	case errors.As(err, &unknown):
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		name := "--" + unknown.GetSpecifiedName()
		if behind := commandWith(c, unknown.GetSpecifiedName()); behind != "" {
			return usagef("%s stands behind the command: %s %s", name, behind, name)
		}
		return usagef("%s is not a flag of %s%s", name, c.CommandPath(), orHelp(didYouMean(name, names), c))
	case errors.As(err, &invalid):
		return usagef("--%s: %v", invalid.GetFlag().Name, invalid.Unwrap())
	default:
		return usagef("%s", strings.TrimPrefix(err.Error(), "pflag: "))
	}
}

// commandWith returns the command that has a flag which was written before it, or nothing. Of the program's commands, only
// those exist that the command line names; where it names none, the first one that has the flag is an example.
func commandWith(c *cobra.Command, flag string) string {
	if c.HasParent() {
		return ""
	}
	for _, child := range c.Commands() {
		f := child.Flags().Lookup(flag)
		if len(flag) == 1 {
			f = child.Flags().ShorthandLookup(flag)
		}
		if f != nil && !f.Hidden && child.IsAvailableCommand() {
			return child.CommandPath()
		}
	}
	return ""
}

// didYouMean returns a clause with the word that was meant, or nothing.
func didYouMean(word string, candidates []string) string {
	if meant := suggest.Closest(word, candidates); meant != "" {
		return ": did you mean " + meant + "?"
	}
	return ""
}

// orHelp returns the suggestion, or where to look when there is none.
func orHelp(suggestion string, c *cobra.Command) string {
	if suggestion != "" {
		return suggestion
	}
	return "; see " + c.CommandPath() + " --help"
}
