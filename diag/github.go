package diag

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteGitHub writes all findings as workflow commands, which GitHub Actions shows as annotations at the lines they are
// about. The format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions.
func WriteGitHub(w io.Writer, findings List) error {
	var b strings.Builder
	for _, f := range findings {
		var properties []string
		add := func(name, value string) { properties = append(properties, name+"="+escapeProperty(value)) }
		if f.Range.File != "" {
			add("file", f.Range.File)
		}
		for _, number := range []struct {
			name  string
			value int
		}{{"line", f.Range.Line}, {"col", f.Range.Column}, {"endColumn", f.Range.EndColumn}} {
			if f.Range.File != "" && number.value > 0 {
				add(number.name, strconv.Itoa(number.value))
			}
		}
		add("title", f.Code)
		fmt.Fprintf(&b, "::%s %s::%s\n", gitHubCommand[f.Severity], strings.Join(properties, ","), escapeData(fullText(f)))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the findings: %w", err)
	}
	return nil
}

var gitHubCommand = map[Severity]string{Error: "error", Warning: "warning", Info: "notice"}

// fullText is a finding for places that show the position on their own.
func fullText(f Finding) string {
	text := OneLine(f.Message)
	if len(f.Path) > 0 {
		text = OneLine(f.Path.String()) + ": " + text
	}
	if f.Help != "" {
		text += "\n" + Printable(f.Help)
	}
	return text
}

// What a replacer needs is made at its first use, so each is made once.
var (
	inData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperty = strings.NewReplacer(":", "%3A", ",", "%2C")
)

// escapeData escapes a text for the last part of a workflow command, where every line break is one that is meant.
func escapeData(s string) string {
	return inData.Replace(Printable(s))
}

func escapeProperty(s string) string {
	return inProperty.Replace(escapeData(s))
}
