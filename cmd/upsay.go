package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

// say tells people something on standard error, in the form of the display.
func (f *upFlags) say(message string) {
	if f.progress == "json" {
		progress.New(f.progress, f.streams.Err, false).Show(note{strings.TrimSpace(message)})
		return
	}
	fmt.Fprintln(f.streams.Err, message)
}

// removeAll takes the project down after the command has ended, however it ended.
func (f *upFlags) removeAll(ctx context.Context, p *converted) {
	show := progress.New(f.progress, f.streams.Err, terminal.Color(f.findings.color, f.streams.Err))
	defer show.Close()
	err := p.Down(context.WithoutCancel(ctx), cluster.DownOptions{Project: p.project, Namespace: p.namespace, Timeout: defaultWait}, show.Show)
	if none := (*cluster.NoProjectError)(nil); err != nil && !errors.As(err, &none) {
		f.say("transship: take the project down: " + err.Error())
	}
}

// printFindings prints what the conversion has to say; as events, unless another form was asked for.
func (f *upFlags) printFindings(result *convert.Result) error {
	if f.onlyErrors && result.Findings.Worst() < diag.Error {
		return nil
	}
	if f.progress != "json" || !f.findings.isText() {
		return f.findings.print(f.streams.Err, result)
	}
	show := progress.New(f.progress, f.streams.Err, false)
	for _, finding := range result.Findings {
		show.Show(found{diag.RecordOf(finding)})
	}
	return nil
}
