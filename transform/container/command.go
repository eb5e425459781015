package container

import (
	"slices"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/report"
)

// commandAndArgs returns the container's command and args for Compose's entrypoint and command.
//
// Docker: an entrypoint replaces ENTRYPOINT and drops the image's CMD; an *empty* entrypoint clears ENTRYPOINT but keeps
// the image's CMD; an empty command without an entrypoint keeps CMD as well (the Engine cannot clear CMD alone, whatever
// the specification says). Kubernetes: command replaces ENTRYPOINT and drops CMD, args replaces CMD, and an empty list
// means "not given". Sources: the merge of moby's container creation; the API documentation of Container.Command.
func commandAndArgs(p *input.Project, rewriter *naming.Rewriter, u *input.Container, findings *report.Findings) (command, args []string) {
	entrypoint := words(p, rewriter, u, "entrypoint", u.Spec.Entrypoint, findings)
	words := words(p, rewriter, u, "command", u.Spec.Command, findings)
	blank := len(entrypoint) == 1 && entrypoint[0] == "" // cleared as well, but only after the image's command was dropped
	switch {
	case blank && len(words) == 0:
		findings.Add("entrypoint-reset", u.At.Key("entrypoint"),
			"an entrypoint of one empty word leaves nothing to run: Docker refuses to make the container; here the entrypoint of the image would run",
			"write the command out in `command`")
		return nil, nil
	case len(entrypoint) > 0 && !blank:
		return expansion.EscapeAll(entrypoint), expansion.EscapeAll(words)
	case u.Spec.Entrypoint == nil:
		if u.Spec.Command != nil && len(words) == 0 {
			findings.Add("command-empty", u.At.Key("command"), "the empty command has no effect: the command of the image runs, as it does on Docker Engine",
				"to run the image without its command, set entrypoint")
		}
		return nil, expansion.EscapeAll(words)
	case len(words) > 0: // entrypoint cleared: the command is the program
		return expansion.EscapeAll(words), nil
	case len(u.Facts.Cmd) > 0:
		return expansion.EscapeAll(u.Facts.Cmd), nil
	default:
		findings.Add("entrypoint-reset", u.At.Key("entrypoint"),
			"the entrypoint is cleared, so Docker runs the command of the image, which is not known here; without it the entrypoint of the image would run",
			"write the command out in `command`")
		return nil, nil
	}
}

// words returns the words of a command with service names rewritten where they must be, and warns of shell syntax that
// no shell will read.
func words(p *input.Project, rewriter *naming.Rewriter, u *input.Container, key string, command types.ShellCommand, findings *report.Findings) []string {
	words := rewriter.RewriteWords(u.At.Key(key), command)
	reportShellSyntax(p, u.At.Key(key), words, findings)
	return words
}

// reportShellSyntax warns of operators of a shell in a command that no shell reads. In a list they reach the program as
// arguments; a string ends before the first one, on Docker as here (source: the go-shellwords parser of compose-go).
func reportShellSyntax(p *input.Project, at diag.Path, words []string, findings *report.Findings) {
	const help = "run it with a shell: [\"sh\", \"-c\", \"…\"]"
	if text, isString := p.Written(at).(string); isString {
		if rest := afterOperator(text); rest != "" {
			findings.Addf("command-shell", at, help, "%q is not part of the command, as on Docker: a command is not read by a shell", rest)
		}
		return
	}
	if len(words) == 0 || input.IsShell(words[0]) {
		return
	}
	for _, word := range words {
		if slices.Contains([]string{"&&", "||", "|", ";", ">", "<", ">>"}, word) {
			findings.Addf("command-shell", at, help, "%q is passed to the program as an argument, as on Docker; no shell reads it", word)
			return
		}
	}
}

// afterOperator returns what stands in a command string from the first shell operator outside quotes on. The number of a
// file in front of > goes with it.
func afterOperator(text string) string {
	quote, previous, word := rune(0), ' ', 0
	escaped, substitution := false, false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case substitution:
			substitution = r != ')'
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case r == '(' && previous == '$':
			substitution = true
		case r == '>' && text[word] >= '0' && text[word] <= '9':
			return text[word:]
		case strings.ContainsRune(";&|<>", r):
			return text[i:]
		case unicode.IsSpace(r):
			word = i + 1
		}
		previous = r
	}
	return ""
}
