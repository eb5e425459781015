package cmd

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/terminal"
)

// findingFlags say how findings are shown and which of them fail the command.
type findingFlags struct {
	format, color, failOn string
	strict, verbose       bool
}

func (f *findingFlags) attach(flags *pflag.FlagSet) {
	addChoice(flags, &f.format, "findings", "", "form of the findings on standard error (all but text show every severity)", "text", "json", "github", "sarif")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show infos as well")
	addChoice(flags, &f.color, "color", "", "color the findings", "auto", "always", "never")
	addChoice(flags, &f.failOn, "fail-on", "", "exit with code 3 when a finding has at least this severity", "error", "warning", "info")
	flags.BoolVar(&f.strict, "strict", false, "short for --fail-on=warning")
}

// isText reports whether people are to read the output: then, and only then, there is a summary.
func (f *findingFlags) isText() bool { return f.format == "text" }

// fails reports whether a list without errors fails the command all the same.
func (f *findingFlags) fails(findings diag.List) bool {
	limit := map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "info": diag.Info}[f.failOn]
	if f.strict {
		limit = min(limit, diag.Warning)
	}
	return findings.Worst() >= limit
}

// print writes the findings of a conversion.
func (f *findingFlags) print(w io.Writer, result *convert.Result) error {
	findings := result.Findings
	switch f.format {
	case "json":
		return diag.WriteJSON(w, findings)
	case "github":
		return diag.WriteGitHub(w, findings)
	case "sarif":
		return diag.WriteSARIF(w, findings, diag.SARIFOptions{ToolVersion: thisBuild().Version, Title: titleOf})
	default:
		return diag.WriteText(w, findings, diag.TextOptions{
			SourceLine: lineReader(result.Sources),
			MaskLine:   result.MaskLine,
			Verbose:    f.verbose,
			Color:      terminal.Color(f.color, w),
		})
	}
}

func titleOf(code string) string {
	for _, c := range convert.Codes() {
		if c.Name == code {
			return c.Title
		}
	}
	return ""
}

// lineReader returns a function that finds a line of a source file. It splits a file once, when the first of its lines
// is asked for.
func lineReader(sources map[string][]byte) func(string, int) (string, bool) {
	split := map[string][][]byte{}
	return func(file string, line int) (string, bool) {
		lines, ok := split[file]
		if !ok {
			lines = bytes.Split(sources[file], []byte("\n"))
			split[file] = lines
		}
		if line < 1 || line > len(lines) {
			return "", false
		}
		return string(lines[line-1]), true
	}
}

// counts sums the findings up: 0 errors, 3 warnings, 7 notes (-v).
func (f *findingFlags) counts(findings diag.List) string {
	parts := []string{
		plural(findings.Count(diag.Error), "error"),
		plural(findings.Count(diag.Warning), "warning"),
		plural(findings.Count(diag.Info), "note"),
	}
	if findings.Count(diag.Info) > 0 && !f.verbose {
		parts[2] += " (-v)"
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
