package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

// These are events of a command rather than of the cluster. They only show where everything that is said is an event:
// with --progress=json, nothing else is written to standard error.
type (
	// target tells where things are going to happen.
	target struct {
		Project   string `json:"project"`
		Namespace string `json:"namespace"`
		Context   string `json:"context"`
	}
	// found is a finding of the conversion.
	found struct{ diag.Record }
	// note is what somebody should know at the end.
	note struct {
		Message string `json:"message"`
	}
	// ending tells why a command failed.
	ending struct {
		Message  string `json:"message"`
		ExitCode int    `json:"exitCode"`
	}
)

func (target) Type() string { return "target" }
func (found) Type() string  { return "finding" }
func (note) Type() string   { return "note" }
func (ending) Type() string { return "error" }

// serverWarnings is where the warnings of the API server go: to standard error, or to the display once there is one,
// whose lines they would tear apart.
type serverWarnings struct {
	mu   sync.Mutex
	out  io.Writer
	mask func(string) string
	sink cluster.Sink
}

func (w *serverWarnings) tell(message string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sink != nil {
		w.sink(cluster.Warning{Message: message})
		return
	}
	if w.mask != nil {
		message = w.mask(message)
	}
	fmt.Fprintln(w.out, "warning: "+diag.Printable(message))
}

// showTo sends what comes from here on to a display.
func (w *serverWarnings) showTo(sink cluster.Sink) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sink = sink
}

// asEvent shows the error that ends a command as an event where everything is one, and leaves it to be printed elsewhere.
func asEvent(ctx context.Context, err error, mode string, show *progress.Display) error {
	if silent := (*silentError)(nil); err == nil || mode != "json" || errors.As(err, &silent) {
		return err
	}
	code := exitCode(ctx, err)
	show.Show(ending{err.Error(), code})
	return &silentError{code}
}

// say tells people something on standard error, in the form of the display.
func (f *upFlags) say(message string) {
	if f.progress == "json" {
		progress.New(f.progress, f.streams.Err, false).Masked(f.streams.mask).Show(note{strings.TrimSpace(message)})
		return
	}
	fmt.Fprintln(f.streams.Err, diag.Printable(f.streams.mask(message)))
}

// removeAll takes the project down after the command has ended, however it ended.
func (f *upFlags) removeAll(ctx context.Context, p *converted) {
	show := progress.New(f.progress, f.streams.Err, terminal.Color(f.findings.color, f.streams.Err)).Masked(f.streams.mask)
	defer show.Close()
	err := p.Down(context.WithoutCancel(ctx), cluster.DownOptions{Project: p.project, Namespace: p.namespace, Timeout: defaultWait}, show.Show)
	if none := (*cluster.NoProjectError)(nil); err != nil && !errors.As(err, &none) {
		f.say("transship: take the project down: " + f.streams.errorText(err))
	}
}
