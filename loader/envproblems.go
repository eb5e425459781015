package loader

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/template"

	"github.com/transship/transship/diag"
)

// envProblem is what is wrong with an env file: its line, 0 if that is not known, and the reason.
type envProblem struct {
	line   int
	reason string
}

var (
	openQuote   = regexp.MustCompile(`(?s)line \d+: unterminated quoted value (.*)$`)
	badVariable = regexp.MustCompile(`(?s)line (\d+): (unexpected character .+?) in variable name`)
	lineReason  = regexp.MustCompile(`(?s)line (\d+): (.*)$`)
)

// newEnvProblem words an error of the parser of env files. The parser quotes what it could not read, and in these files that
// is mostly a secret; so the reason goes without it, and the line is looked for where the parser names another one.
func newEnvProblem(err error, text string) envProblem {
	var invalid *template.InvalidTemplateError
	if errors.As(err, &invalid) {
		return envProblem{lineWith(text, invalid.Template), "a dollar sign starts no variable"}
	}
	message := err.Error()
	if m := openQuote.FindStringSubmatch(message); m != nil {
		return envProblem{lineWith(text, m[1]), "a quote is opened and not closed"}
	}
	if m := badVariable.FindStringSubmatch(message); m != nil {
		n, _ := strconv.Atoi(m[1])
		return envProblem{n, m[2] + " in the name of a variable"}
	}
	if m := lineReason.FindStringSubmatch(message); m != nil {
		n, _ := strconv.Atoi(m[1])
		return envProblem{n, m[2]}
	}
	return envProblem{reason: message}
}

// lineWith returns the number of the first line that ends like a value, 0 if there is none.
func lineWith(text, value string) int {
	first, _, _ := strings.Cut(value, "\n")
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r\t \"")
		if first != "" && strings.HasSuffix(line, strings.TrimRight(first, "\r\t \"")) {
			return i + 1
		}
	}
	return 0
}

const envFileHelp = "write one KEY=value per line; quote values that contain spaces, quotes or #"

var unreadEnvFile = regexp.MustCompile(`(?s)^(?:failed to )?read (.+?): (line \d+: |Invalid template: )`)

// envFileError reports an error of compose-go that is about a file of env_file or label_file.
func (r *run) envFileError(err error, text string) (diag.Finding, bool) {
	m := unreadEnvFile.FindStringSubmatch(text)
	if m == nil {
		return diag.Finding{}, false
	}
	problem := newEnvProblem(err, r.envFileText(m[1]))
	return diag.Finding{
		Code: "env-file", Range: diag.Range{File: m[1], Line: problem.line}, Help: envFileHelp,
		Message: fmt.Sprintf("%s is invalid: %s", m[1], problem.reason),
	}, true
}

// envFileText returns the text of the env file that an error of compose-go is about.
func (r *run) envFileText(name string) string {
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.dir, name)
	}
	info, err := os.Stat(name)
	if err != nil || checkRegular(info, maxEnvFileSize) != nil {
		return ""
	}
	text, _ := os.ReadFile(name)
	return string(text)
}
