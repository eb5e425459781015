package diag

import (
	"strconv"
	"strings"
	"unicode"
)

// What comes from outside — names, keys and values of compose files, paths, messages of other programs — passes through one of
// the functions of this file before it becomes part of something else. Each returns text that its target shows as it is and
// takes for nothing else.

// Printable makes control characters visible: a compose file must not be able to move the cursor of whoever reads the
// findings. Line breaks stay, but no line can pass for a command to GitHub Actions, which reads them from any output.
func Printable(s string) string {
	if strings.Contains(s, "\n") {
		lines := strings.Split(s, "\n")
		for i, line := range lines[1:] {
			if bare := strings.TrimLeftFunc(line, unicode.IsSpace); strings.HasPrefix(bare, "::") || strings.HasPrefix(bare, "##[") {
				lines[i+1] = line[:len(line)-len(bare)] + `\` + bare
			}
		}
		s = strings.Join(lines, "\n")
	}
	return visible(s, func(r rune) bool { return r == '\n' || isShown(r) })
}

// OneLine makes control characters and line breaks visible, for what stands in one line: a name, a message, a comment of
// YAML or of a shell.
func OneLine(s string) string { return visible(s, isShown) }

// isShown reports whether a rune takes part in a line without breaking, moving or hiding it.
func isShown(r rune) bool { return r == ' ' || unicode.IsPrint(r) }

func visible(s string, isFine func(rune) bool) string {
	if strings.IndexFunc(s, func(r rune) bool { return !isFine(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if isFine(r) {
			b.WriteRune(r)
		} else {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
	}
	return b.String()
}

// Comment returns a text as the lines of a comment: each with a number sign in front, and with a line break at its end. Only
// \n separates lines; what YAML breaks lines at besides is made visible.
func Comment(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("# " + strings.TrimRight(OneLine(strings.TrimRight(line, "\r\n")), " ") + "\n")
	}
	return b.String()
}

// markdown escapes what Markdown, in the form that GitHub shows, takes for more than text.
var markdown = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`, "~", `\~`, "#", `\#`, "!", `\!`, "$", `\$`,
)

// Markdown returns a text for one line of Markdown, a cell of a table included.
func Markdown(s string) string { return markdown.Replace(OneLine(s)) }

// MarkdownCode returns a text between backticks, for one line of Markdown, a cell of a table included.
func MarkdownCode(s string) string {
	s = strings.ReplaceAll(OneLine(s), "|", `\|`)
	if !strings.Contains(s, "`") {
		return "`" + s + "`"
	}
	fence := "``"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + " " + s + " " + fence
}
