package cmd

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/spf13/pflag"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/explain"
	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/internal/terminal"
)

// findingFlags say how findings are shown and which of them fail the command.
type findingFlags struct {
	format, color, failOn string
	minSeverity           string
	strict, verbose       bool
	baseline              string
	updateBaseline        bool
	language              languageFlag
}

func (f *findingFlags) attach(flags *pflag.FlagSet) {
	addChoice(flags, &f.format, "findings", "", "form of the findings on standard error (all but text show every severity)", "text", "json", "github", "sarif")
	f.language.attach(flags)
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show infos as well, and every place")
	addChoice(flags, &f.minSeverity, "min-severity", "", "lowest severity that is shown (auto: warning as text, info otherwise)", "auto", "info", "warning", "error")
	addChoice(flags, &f.color, "color", "", "color the findings", "auto", "always", "never")
	addChoice(flags, &f.failOn, "fail-on", "", "exit with code 3 when a finding that nobody accepts has at least this severity", "error", "warning", "info")
	flags.BoolVar(&f.strict, "strict", false, "short for --fail-on=warning")
}

// attachBaseline adds the flags for lists of known warnings.
func (f *findingFlags) attachBaseline(flags *pflag.FlagSet) {
	flags.StringVar(&f.baseline, "baseline", "", "take the warnings listed in `FILE` for accepted")
	flags.BoolVar(&f.updateBaseline, "update-baseline", false, "write all warnings into the file of --baseline instead")
}

// known returns what the baseline accepts.
func (f *findingFlags) known() ([]convert.Acceptance, error) {
	switch {
	case f.updateBaseline && f.baseline == "":
		return nil, usagef("--update-baseline needs --baseline=FILE")
	case f.updateBaseline:
		return nil, outfile.Check(f.baseline, isBaseline)
	case f.baseline == "":
		return nil, nil
	default:
		return readBaseline(f.baseline)
	}
}

// isText reports whether people are to read the output: then, and only then, there is a summary.
func (f *findingFlags) isText() bool { return f.format == "text" }

var severities = map[string]diag.Severity{"error": diag.Error, "warning": diag.Warning, "info": diag.Info}

// fails reports whether a conversion without errors fails the command all the same. What is accepted does not.
func (f *findingFlags) fails(result *convert.Result) bool {
	limit := severities[f.failOn]
	if f.strict {
		limit = min(limit, diag.Warning)
	}
	for _, found := range result.Findings {
		if found.Severity >= limit && !result.IsAccepted(found) {
			return true
		}
	}
	return false
}

// shown returns the findings that are severe enough to be shown.
func (f *findingFlags) shown(findings diag.List) diag.List {
	limit := severities[f.minSeverity] // 0 for auto: the writer decides
	return slices.DeleteFunc(slices.Clone(findings), func(found diag.Finding) bool { return found.Severity < limit })
}

// print writes the findings of a conversion.
func (f *findingFlags) print(w io.Writer, result *convert.Result) error {
	findings := f.shown(result.Findings)
	switch f.format {
	case "json":
		return diag.WriteJSON(w, findings)
	case "github":
		return diag.WriteGitHub(w, findings)
	case "sarif":
		return diag.WriteSARIF(w, findings, diag.SARIFOptions{ToolVersion: thisBuild().Version, Rule: ruleOf})
	default:
		o := diag.TextOptions{
			SourceLine: lineReader(result.Sources),
			MaskLine:   result.MaskLine,
			Infos:      f.verbose || f.minSeverity == "info",
			Shown:      shownUnasked(),
			Verbose:    f.verbose,
			Color:      terminal.Color(f.color, w),
			Say:        f.language.chosen().Say,
		}
		if terminal.IsTerminal(w) {
			o.Width = terminal.Width(w)
		}
		return diag.WriteText(w, findings, o)
	}
}

// shownUnasked returns a function that reports whether infos of a code are shown unasked.
func shownUnasked() func(code string) bool {
	codes := convert.Codes()
	return func(code string) bool {
		i, ok := slices.BinarySearchFunc(codes, code, func(c diag.Code, code string) int { return strings.Compare(c.Name, code) })
		return ok && codes[i].Shown
	}
}

// ruleOf describes a code to code scanning services.
func ruleOf(code string) diag.Rule {
	for _, c := range codes() {
		if c.Name == code {
			return explain.Rule(c)
		}
	}
	return diag.Rule{}
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
		amount(findings.Count(diag.Error), "1 error", "%d errors"),
		amount(findings.Count(diag.Warning), "1 warning", "%d warnings"),
		amount(findings.Count(diag.Info), "1 note", "%d notes"),
	}
	for i := range parts {
		parts[i] = f.language.chosen().Word(parts[i])
	}
	if findings.Count(diag.Info) > 0 && !f.verbose {
		parts[2] += " (-v)"
	}
	return strings.Join(parts, ", ")
}

// amount says how many there are: one, or the number in the format many.
func amount(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf(many, n)
}

// services says how many services a project has, with its jobs.
func services(p *types.Project) string {
	return amount(len(p.Services)+len(p.Jobs), "1 service", "%d services")
}

// end prints the last line: what was done, and how many findings there are.
func (f *findingFlags) end(w io.Writer, done string, findings diag.List) {
	fmt.Fprintf(w, "%s · %s\n", diag.OneLine(f.language.chosen().Word(done)), f.counts(findings))
}

// note prints a line that belongs to no key of the project.
func (f *findingFlags) note(w io.Writer, text string) {
	width, word := 0, f.language.chosen().Word("note:")+" "
	if terminal.IsTerminal(w) {
		width = terminal.Width(w)
	}
	fmt.Fprintln(w, diag.Wrap(word+diag.OneLine(f.language.chosen().Say(text)), width, strings.Repeat(" ", diag.Columns(word))))
}
