package cmd

import (
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/progress"
)

// printFindings prints what the conversion has to say; as events, unless another form was asked for.
func (f *upFlags) printFindings(result *convert.Result) error {
	if f.onlyErrors && result.Findings.Worst() < diag.Error {
		return nil
	}
	if f.progress != "json" || !f.findings.isText() {
		return f.findings.print(f.streams.Err, result)
	}
	show := progress.New(f.progress, f.streams.Err, false).Masked(f.streams.mask)
	for _, finding := range result.Findings {
		show.Show(found{diag.RecordOf(finding)})
	}
	return nil
}
