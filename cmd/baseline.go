package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/internal/strictjson"
	"github.com/transship/transship/loader/disk"
)

// baselineMark begins every baseline, so that a later run knows that it may replace the file.
const baselineMark = "transship convert --update-baseline"

// baseline is a list of warnings that a team knows of: what it holds is no longer told as a warning, and fails no strict run.
type baseline struct {
	Generator string          `json:"generator"`
	Warnings  []knownWarnings `json:"warnings"` // sorted by code
}

// knownWarnings are those of one code.
type knownWarnings struct {
	Code  string   `json:"code"`
	Paths []string `json:"paths"` // Compose keys, sorted; "" is the project as a whole
}

// largestBaseline is more than any project has warnings, in bytes.
const largestBaseline = 16 << 20

// readBaseline returns what a file accepts.
func readBaseline(name string) ([]convert.Acceptance, error) {
	text, err := disk.Read(name, largestBaseline)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usagef("--baseline %s: there is no such file; --update-baseline writes it", name)
	}
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	list, err := parseBaseline(text)
	if err != nil {
		return nil, usagef("--baseline %s: %v; --update-baseline writes it anew", name, err)
	}
	return list, nil
}

// parseBaseline returns what the text of a baseline accepts.
func parseBaseline(text []byte) ([]convert.Acceptance, error) {
	var b baseline
	if err := strictjson.Decode(text, &b); err != nil {
		return nil, err
	}
	var list []convert.Acceptance
	for _, w := range b.Warnings {
		for _, path := range w.Paths {
			list = append(list, convert.KnownWarning(w.Code, path))
		}
	}
	return list, nil
}

// writeBaseline writes the warnings that nobody accepts otherwise.
func writeBaseline(name string, result *convert.Result) error {
	b := baseline{Generator: baselineMark, Warnings: []knownWarnings{}}
	for _, c := range convert.Codes() {
		var paths []string
		for _, f := range result.Findings {
			if f.Code == c.Name && f.Severity == diag.Warning && !result.IsAccepted(f) {
				paths = append(paths, f.Path.String())
			}
		}
		slices.Sort(paths)
		if paths = slices.Compact(paths); len(paths) > 0 {
			b.Warnings = append(b.Warnings, knownWarnings{c.Name, paths})
		}
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	if err := outfile.Replace(name, append(text, '\n'), 0o644, isBaseline); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	return nil
}

func isBaseline(head []byte) bool {
	return bytes.HasPrefix(head, []byte("{\n  \"generator\": \""+baselineMark))
}
