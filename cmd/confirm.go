package cmd

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/transship/transship/diag"
)

// confirm asks on a terminal; where there is none, nobody can answer. An answer other than yes is an error that says refused.
func confirm(streams Streams, what, flag, refused string) error {
	if streams.terminalIn() == nil {
		return usagef("there is no terminal to ask on whether to %s: %s does it without asking", what, flag)
	}
	fmt.Fprintf(streams.Err, "%s? [yN] ", diag.Printable(what))
	answer, err := bufio.NewReader(streams.In).ReadString('\n')
	if err != nil || !strings.HasPrefix(strings.ToLower(strings.TrimSpace(answer)), "y") {
		return errors.New(refused)
	}
	return nil
}
