package cmd

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
)

// Streams are where a command reads from and prints to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	converted *conversionSeen // what an error may quote; nil outside of Main
}

// conversionSeen is the conversion that the command has made. An error that ends it, of the API server for example, may hold
// values of the project.
type conversionSeen struct{ result *convert.Result }

// seen remembers a conversion, so that no error shows its secrets.
func (s Streams) seen(result *convert.Result) {
	if s.converted != nil {
		s.converted.result = result
	}
}

// errorText is an error as it is printed: without secrets, and without anything that moves the cursor.
func (s Streams) errorText(err error) string {
	var result *convert.Result
	if s.converted != nil {
		result = s.converted.result
	}
	return diag.Printable(result.Mask(err.Error()))
}

// terminalIn returns the terminal that standard input is, and nil if it is none.
func (s Streams) terminalIn() *os.File {
	in := s.In
	if wrapped, is := in.(interruptible); is {
		in = wrapped.reader
	}
	if f, isFile := in.(*os.File); isFile && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// lineText is a line as it is printed: without secrets, and without what is given to names of secrets.
func (s Streams) lineText(line string) string {
	var result *convert.Result
	if s.converted != nil {
		result = s.converted.result
	}
	masked, ok := result.MaskLine(nil, line)
	if !ok {
		masked = "***"
	}
	return diag.Printable(masked)
}
