package variables

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
)

const envHelp = "write one KEY=value per line; quote values that contain spaces, quotes or #"

var (
	openQuote = pattern.New(`(?s)unterminated quoted value (.*)$`)
	oddLetter = pattern.New(`unexpected character ("(?:[^"\\]|\\.)*") in variable name`)
)

// longestShown is how many bytes of the name of a variable are shown.
const longestShown = 64

// ShownName returns the name of a variable for people, of whose letters there may be thousands.
func ShownName(name string) string {
	if len(name) <= longestShown {
		return name
	}
	return strings.ToValidUTF8(name[:longestShown], "") + "…"
}

// Problem words why the text of an env file cannot be read, and where. The parser quotes the line, which may be
// part of a private key; and for a quote that is never closed it names the last line, not the one where it opens.
func Problem(name string, data []byte, err error) diag.Finding {
	text := err.Error()
	f := diag.Finding{Code: "env-file", Range: diag.Range{File: name, Line: LineOf(text)}, Help: envHelp}
	var missing *template.MissingRequiredError
	var invalid *template.InvalidTemplateError
	reason := "a line that is not KEY=value"
	switch {
	case errors.As(err, &missing):
		f.Code, f.Help = "required-variable", RequiredHelp(missing.Variable)
		f.Range.Line = lineWith(data, "${"+missing.Variable, bytes.Index)
		reason = fmt.Sprintf("it needs the variable %s, which is not set", ShownName(missing.Variable))
	case errors.As(err, &invalid):
		f.Range.Line, f.Help = 0, DollarHelp
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

// LineOf finds the "line N" that parsers put into their messages, 0 if there is none.
func LineOf(message string) int {
	_, after, found := strings.Cut(message, "line ")
	if !found {
		return 0
	}
	digits := 0
	for digits < len(after) && after[digits] >= '0' && after[digits] <= '9' {
		digits++
	}
	n, _ := strconv.Atoi(after[:digits])
	return n
}

// DollarHelp says what to do about a dollar sign that starts no variable.
const DollarHelp = "write ${NAME}, or $$ for a dollar sign that is meant literally"

// RequiredHelp says how a variable gets a value that ${NAME:?} demands.
func RequiredHelp(name string) string {
	return fmt.Sprintf("set %s in the environment, in .env, or in a file given with --env-file", ShownName(name))
}
