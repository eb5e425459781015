package cmd

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/outfile"
)

func isReportFile(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json", ".md", ".markdown":
		return true
	}
	return false
}

// writeReport writes the report in the form that the file's name asks for. A file that is no report is never replaced, and
// what is left of a secret in it is masked.
func writeReport(name string, report convert.Report) error {
	var text bytes.Buffer
	write := report.WriteMarkdown
	if strings.EqualFold(filepath.Ext(name), ".json") {
		write = report.WriteJSON
	}
	if err := write(&text); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := outfile.Replace(name, text.Bytes(), 0o644, convert.IsReport); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}
