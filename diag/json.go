package diag

import (
	"encoding/json"
	"fmt"
	"io"
)

// WriteJSON writes all findings as one JSON array, for programs. Every element has the same keys; an unknown file is
// "", an unknown line or column 0.
func WriteJSON(w io.Writer, findings List) error {
	records := make([]Record, len(findings))
	for i, f := range findings {
		records[i] = RecordOf(f)
	}
	return writeIndented(w, records)
}

// Record is a finding in its JSON form.
type Record struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Path     string `json:"path"`
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Message  string `json:"message"`
	Help     string `json:"help"`
}

// RecordOf returns the JSON form of a finding.
func RecordOf(f Finding) Record {
	return Record{
		Severity: f.Severity.String(), Code: f.Code, Path: f.Path.String(),
		File: f.Range.File, Line: f.Range.Line, Column: f.Range.Column, Message: f.Message, Help: f.Help,
	}
}

func writeIndented(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return nil
}
