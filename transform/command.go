package transform

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
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
	switch {
	case len(u.spec.Entrypoint) > 0:
		return escapeAll(entrypoint), escapeAll(words)
	case u.spec.Entrypoint == nil:
		if u.spec.Command != nil && len(words) == 0 {
			u.report("command-empty", u.at.Key("command"), "the empty command has no effect: the command of the image runs, as it does on Docker Engine",
				"to run the image without its command, set entrypoint")
		}
		return nil, escapeAll(words)
	case len(words) > 0: // entrypoint cleared: the command is the program
		return escapeAll(words), nil
	case u.facts.EntryKnown && len(u.facts.Cmd) > 0:
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
	words := make([]string, len(command))
	for i, word := range command {
		words[i] = u.rewriteNames(u.at.Key(key).Index(i), "", word)
	}
	u.reportShellSyntax(key, words)
	return words
}

// reportShellSyntax warns of operators of a shell in a command that no shell reads. In a list they reach the program as
// arguments; a string ends before the first one, on Docker as here (source: the go-shellwords parser of compose-go).
func (u *unit) reportShellSyntax(key string, words []string) {
	const help = "run it with a shell: [\"sh\", \"-c\", \"…\"]"
	if text, isString := u.written(u.at.Key(key)).(string); isString {
		if rest := afterOperator(text); rest != "" {
			u.reportf("command-shell", u.at.Key(key), help, "%q is not part of the command, as on Docker: a command is not read by a shell", rest)
		}
		return
	}
	if len(words) == 0 || isShell(words[0]) {
		return
	}
	for _, word := range words {
		if slices.Contains([]string{"&&", "||", "|", ";", ">", "<", ">>"}, word) {
			u.reportf("command-shell", u.at.Key(key), help, "%q is passed to the program as an argument, as on Docker; no shell reads it", word)
			return
		}
	}
}

// afterOperator returns what stands in a command string from the first shell operator outside quotes on.
func afterOperator(text string) string {
	quote := rune(0)
	escaped := false
	for i, r := range text {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"' || r == '`':
			quote = r
		case strings.ContainsRune(";&|<>", r):
			return text[i:]
		}
	}
	return ""
}

func isShell(word string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "/bin/sh", "/bin/bash", "/bin/ash", "/usr/bin/bash", "/usr/bin/sh", "/usr/bin/env"}, word)
}
