package transform

import (
	"slices"
	"strings"
	"unicode"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// commandAndArgs returns the container's command and args for Compose's entrypoint and command.
//
// Docker: an entrypoint replaces ENTRYPOINT and drops the image's CMD; an *empty* entrypoint clears ENTRYPOINT but keeps
// the image's CMD; an empty command without an entrypoint keeps CMD as well (the Engine cannot clear CMD alone, whatever
// the specification says). Kubernetes: command replaces ENTRYPOINT and drops CMD, args replaces CMD, and an empty list
// means "not given". Sources: the merge of moby's container creation; the API documentation of Container.Command.
func (u *unit) commandAndArgs() (command, args []string) {
	entrypoint := u.words("entrypoint", u.spec.Entrypoint)
	words := u.words("command", u.spec.Command)
	blank := len(entrypoint) == 1 && entrypoint[0] == "" // cleared as well, but only after the image's command was dropped
	switch {
	case blank && len(words) == 0:
		u.report("entrypoint-reset", u.at.Key("entrypoint"),
			"an entrypoint of one empty word leaves nothing to run: Docker refuses to make the container; here the entrypoint of the image would run",
			"write the command out in `command`")
		return nil, nil
	case len(entrypoint) > 0 && !blank:
		return escapeAll(entrypoint), escapeAll(words)
	case u.spec.Entrypoint == nil:
		if u.spec.Command != nil && len(words) == 0 {
			u.report("command-empty", u.at.Key("command"), "the empty command has no effect: the command of the image runs, as it does on Docker Engine",
				"to run the image without its command, set entrypoint")
		}
		return nil, escapeAll(words)
	case len(words) > 0: // entrypoint cleared: the command is the program
		return escapeAll(words), nil
	case len(u.facts.Cmd) > 0:
		return escapeAll(u.facts.Cmd), nil
	default:
		u.report("entrypoint-reset", u.at.Key("entrypoint"),
			"the entrypoint is cleared, so Docker runs the command of the image, which is not known here; without it the entrypoint of the image would run",
			"write the command out in `command`")
		return nil, nil
	}
}

// words returns the words of a command with service names rewritten where they must be, and warns of shell syntax that
// no shell will read.
func (u *unit) words(key string, command types.ShellCommand) []string {
	words := u.rewriteWords(u.at.Key(key), command)
	u.reportShellSyntax(u.at.Key(key), words)
	return words
}

// reportShellSyntax warns of operators of a shell in a command that no shell reads. In a list they reach the program as
// arguments; a string ends before the first one, on Docker as here (source: the go-shellwords parser of compose-go).
func (u *unit) reportShellSyntax(at diag.Path, words []string) {
	const help = "run it with a shell: [\"sh\", \"-c\", \"…\"]"
	if text, isString := u.written(at).(string); isString {
		if rest := afterOperator(text); rest != "" {
			u.reportf("command-shell", at, help, "%q is not part of the command, as on Docker: a command is not read by a shell", rest)
		}
		return
	}
	if len(words) == 0 || isShell(words[0]) {
		return
	}
	for _, word := range words {
		if slices.Contains([]string{"&&", "||", "|", ";", ">", "<", ">>"}, word) {
			u.reportf("command-shell", at, help, "%q is passed to the program as an argument, as on Docker; no shell reads it", word)
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

func isShell(word string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/env"}, word)
}
