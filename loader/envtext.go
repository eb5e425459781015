package loader

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

const envHelp = "write one KEY=value per line; quote values that contain spaces, quotes or #"

var (
	openQuote = regexp.MustCompile(`(?s)unterminated quoted value (.*)$`)
	oddLetter = regexp.MustCompile(`unexpected character ("(?:[^"\\]|\\.)*") in variable name`)
)

// envTextFinding words why the text of an env file cannot be read, and where. The parser quotes the line, which may be
// part of a private key; and for a quote that is never closed it names the last line, not the one where it opens.
func envTextFinding(name string, data []byte, err error) diag.Finding {
	text := err.Error()
	f := diag.Finding{Code: "env-file", Range: diag.Range{File: name, Line: lineOf(text)}, Help: envHelp}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	reason := "a line that is not KEY=value"
	switch {
	case errors.As(err, &missing):
		f.Code, f.Help = "required-variable", requiredHelp(missing.Variable)
		f.Range.Line = lineWith(data, "${"+missing.Variable, bytes.Index)
		reason = fmt.Sprintf("it needs the variable %s, which is not set", missing.Variable)
	case errors.As(err, &invalid):
		f.Range.Line, f.Help = 0, dollarHelp
		reason = "a value holds a dollar sign that starts no variable"
	case openQuote.MatchString(text):
		f.Range.Line = lineWith(data, openQuote.FindStringSubmatch(text)[1], bytes.LastIndex)
		reason = "a quote is opened and never closed"
		f.Help = "close the quote, or quote the whole value if the quote is part of it"
	case oddLetter.MatchString(text):
		reason = "the name of a variable cannot hold " + oddLetter.FindStringSubmatch(text)[1]
	case strings.HasSuffix(text, "key cannot contain a space"):
		reason = "the name of a variable cannot hold a space"
	}
	f.Message = fmt.Sprintf("the env file %s is invalid: %s", name, reason)
	if f.Range.Line > 0 {
		f.Range.Column = 1
	}
	return f
}

// lineWith returns the line on which a part of a text stands, 0 if it does not.
func lineWith(data []byte, part string, index func(s, sep []byte) int) int {
	at := index(data, []byte(part))
	if at < 0 {
		return 0
	}
	return 1 + bytes.Count(data[:at], []byte("\n"))
}

// envTextFindings parses the env files and label files of a project once more, each once: compose-go stops at the first
// that is invalid and does not tell who names it.
func (r *run) envTextFindings(p *types.Project) diag.List {
	var found diag.List
	seen := map[string]bool{}
	check := func(at diag.Path, files []types.EnvFile) {
		values := map[string]string{}
		for i, e := range files {
			data, err := readEnvFile(e.Path)
			if err != nil || seen[e.Path] {
				continue // a file that may be missing, or one that was checked
			}
			seen[e.Path] = true
			if err := dotenv.ParseWithFormat(bytes.NewReader(data), e.Path, values, r.env.Resolve, e.Format); err != nil {
				f := envTextFinding(r.displayName(e.Path), data, err)
				f.Severity, f.Path = diag.Error, at.Index(i)
				found.Add(f)
			}
		}
	}
	container := func(at diag.Path, c types.ContainerSpec) {
		check(at.Key("env_file"), c.EnvFiles)
		labels := make([]types.EnvFile, 0, len(c.LabelFiles))
		for _, path := range c.LabelFiles {
			labels = append(labels, types.EnvFile{Path: path})
		}
		check(at.Key("label_file"), labels)
	}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		container(diag.At("services", name), s.ContainerSpec)
		for i, hook := range s.PreStart {
			container(diag.At("services", name, "pre_start").Index(i), hook.ContainerSpec)
		}
	}
	for _, name := range sortedKeys(p.Jobs) {
		container(diag.At("jobs", name), p.Jobs[name].ContainerSpec)
	}
	return found
}
