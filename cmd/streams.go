package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// Streams are where a command reads from and prints to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	project *projectSeen // what an error may quote; nil outside of Main
}

// projectSeen is the project that the command has read. What it prints, an error of the API server for example, may hold values
// of the project.
type projectSeen struct {
	mu     sync.Mutex
	result func() *convert.Result // what masks its secrets; nil before it is read
}

// tell says on standard error what a command is doing.
func (s Streams) tell(message string) { fmt.Fprintln(s.Err, message) }

// seen remembers a conversion, so that nothing that is printed shows its secrets.
func (s Streams) seen(result *convert.Result) {
	s.sees(func() *convert.Result { return result })
}

// sees is [Streams.seen] for what is found out when there is something to mask.
func (s Streams) sees(result func() *convert.Result) {
	if s.project != nil {
		s.project.mu.Lock()
		defer s.project.mu.Unlock()
		s.project.result = sync.OnceValue(result)
	}
}

// masking returns what masks the secrets of the project; nil, which masks what shows itself to be a secret, before it is read.
func (s Streams) masking() *convert.Result {
	if s.project == nil {
		return nil
	}
	s.project.mu.Lock()
	result := s.project.result
	s.project.mu.Unlock()
	if result == nil {
		return nil
	}
	return result()
}

// load loads a project and remembers its secrets, also of one that cannot be loaded.
func (s Streams) load(ctx context.Context, o loader.Options) (*loader.Loaded, error) {
	loaded, err := loader.Load(ctx, o)
	if invalid, is := errors.AsType[*loader.Error](err); is {
		s.sees(func() *convert.Result { return convert.Failed(invalid) })
	}
	if err == nil {
		s.sees(func() *convert.Result { return convert.About(loaded, nil) })
	}
	return loaded, err
}

// convert converts a project and remembers its secrets, before anything can be said of it. A command that goes on for long keeps no more
// of the result for that.
func (s Streams) convert(ctx context.Context, o convert.Options) (*convert.Result, error) {
	result, err := convert.Convert(ctx, o)
	if err == nil {
		s.seen(result.Masking())
	}
	return result, err
}

// errorText is an error as it is printed: without secrets, and without anything that moves the cursor.
func (s Streams) errorText(err error) string {
	return diag.Printable(s.mask(err.Error()))
}

// mask takes out of a text what the command knows to be secret, whoever worded it.
func (s Streams) mask(text string) string { return s.masking().Mask(text) }

// shown is a text that stands in one line of a list: without secrets, and without what moves the cursor.
func (s Streams) shown(text string) string { return diag.OneLine(s.mask(text)) }

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
	masked, ok := s.masking().MaskLine(nil, line)
	if !ok {
		masked = "***"
	}
	return diag.Printable(masked)
}
