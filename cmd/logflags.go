package cmd

import (
	"github.com/transship/transship/internal/progress"
	"github.com/transship/transship/internal/terminal"
)

// logFlags say how log lines look.
type logFlags struct{ timestamps, noPrefix, noColor bool }

func (f *logFlags) printer(streams Streams, color string) *progress.LogPrinter {
	return &progress.LogPrinter{
		Out: streams.Out, Prefix: !f.noPrefix, Timestamps: f.timestamps,
		Color: !f.noColor && terminal.Color(color, streams.Out),
	}
}
