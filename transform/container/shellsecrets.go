package container

import (
	"cmp"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"mvdan.cc/sh/v3/syntax"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// hideSecretsInProbes lets the shell of a probe read the container's secret variables where their values stand in its script: the kubelet
// puts nothing into the command of a probe, and runs it with the environment of the container. It returns the variables of the healthcheck that are called
// as secrets are, whose values do not tell by themselves, and which stay.
func hideSecretsInProbes(p *input.Project, u *input.Container, names []string, hidden map[string]string, probes ...*corev1.Probe) (left []string) {
	h := u.Service.Config.HealthCheck
	if h == nil {
		return nil
	}
	at := u.At.Key("healthcheck", "test")
	written := plainSecretWords(p, at, h.Test)
	replaced := map[string]bool{}
	for _, probe := range probes {
		if probe == nil || probe.Exec == nil || !isShellScript(probe.Exec.Command) {
			continue
		}
		script := probe.Exec.Command[2]
		found := slices.DeleteFunc(tellingIn(script, names, hidden), func(s secretInShell) bool { return !mayStand(p, hidden[s.name], script[:s.start]) })
		for _, parts := range written {
			if (source.Text{Parts: parts}).String() == script {
				found = append(found, plainIn(p, u, hidden, parts)...)
			}
		}
		hiddenScript, done := replaceInShell(script, found)
		for _, s := range done {
			replaced[s.variable] = true
		}
		probe.Exec = &corev1.ExecAction{Command: append(slices.Clone(probe.Exec.Command[:2]), hiddenScript)}
	}
	return slices.DeleteFunc(plainSecretsIn(p, at, h.Test), func(name string) bool { return replaced[name] })
}

// isShellScript reports whether a command is a shell with a script that has the environment of the container.
func isShellScript(words []string) bool {
	return len(words) == 3 && slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(words[0])) && runsScript.MatchString(words[1])
}

// secretInShell is a secret in a script: where it stands, the variable of the container that has it, and the one that it came from.
type secretInShell struct {
	start, end     int
	name, variable string
}

// tellingIn finds the values of variables in a script, the longest first where two begin at one place.
func tellingIn(script string, names []string, hidden map[string]string) []secretInShell {
	var found []secretInShell
	for i := 0; i < len(script); {
		k := slices.IndexFunc(names, func(name string) bool { return strings.HasPrefix(script[i:], hidden[name]) })
		if k < 0 {
			i++
			continue
		}
		end := i + len(hidden[names[k]])
		found = append(found, secretInShell{i, end, names[k], names[k]})
		i = end
	}
	return found
}

// plainIn finds what variables fill in that are called as secrets are.
func plainIn(p *input.Project, u *input.Container, hidden map[string]string, parts []source.Part) []secretInShell {
	var found []secretInShell
	start := 0
	for _, part := range parts {
		end := start + len(part.Text)
		if p.IsPlainSecret(part) {
			if name := holderOf(p, u, hidden, part); name != "" {
				found = append(found, secretInShell{start, end, name, part.Variable})
			}
		}
		start = end
	}
	return found
}

// plainWord matches what a shell takes as it is, in quotes and without.
var plainWord = pattern.New(`^[A-Za-z0-9_.,:/@%+=-]+$`)

// cleansEnvironment matches programs that run others with another environment, or elsewhere.
var cleansEnvironment = pattern.New(`(^|[\s;&|(/])(sudo|su|doas|env|ssh|docker|kubectl|nsenter|chroot|runuser|unset)(\s|$)`)

// replaceInShell puts "$NAME" for secrets in a script where that is the same words to the shell: in literal text, of which nothing
// stands in single quotes, a here-document or backquotes. A script that no shell parser takes stays as it is.
func replaceInShell(script string, secrets []secretInShell) (string, []secretInShell) {
	secrets = slices.DeleteFunc(secrets, func(s secretInShell) bool { return !plainWord.MatchString(script[s.start:s.end]) })
	if len(secrets) == 0 || cleansEnvironment.MatchString(script) {
		return script, nil
	}
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(script), "")
	if err != nil {
		return script, nil
	}
	literals, assigned := literalsOf(file, script)
	slices.SortFunc(secrets, func(a, b secretInShell) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	var b strings.Builder
	var done []secretInShell
	from := 0
	for _, s := range secrets {
		i := slices.IndexFunc(literals, func(l literal) bool { return l.start <= s.start && s.end <= l.end })
		if i < 0 || s.start < from || assigned[s.name] {
			continue
		}
		b.WriteString(script[from:s.start])
		switch next := script[s.end:]; {
		case !literals[i].quoted:
			b.WriteString(`"$` + s.name + `"`)
		case next != "" && (next[0] == '_' || next[0] == '[' || '0' <= next[0] && next[0] <= '9' || 'a' <= next[0]|0x20 && next[0]|0x20 <= 'z'):
			b.WriteString("${" + s.name + "}")
		default:
			b.WriteString("$" + s.name)
		}
		from = s.end
		done = append(done, s)
	}
	b.WriteString(script[from:])
	return b.String(), done
}

// literal is a part of a script that the shell takes as it stands, and whether it is in double quotes.
type literal struct {
	start, end int
	quoted     bool
}

// literalsOf returns the literal parts of a script in which a variable may stand, and the variables that the script itself sets.
func literalsOf(file *syntax.File, script string) (literals []literal, assigned map[string]bool) {
	assigned = map[string]bool{}
	add := func(parts []syntax.WordPart, quoted bool) {
		for _, part := range parts {
			lit, is := part.(*syntax.Lit)
			if !is {
				continue
			}
			start, end := int(lit.Pos().Offset()), int(lit.End().Offset())
			if end <= len(script) && script[start:end] == lit.Value && !strings.ContainsRune(lit.Value, '\\') {
				literals = append(literals, literal{start, end, quoted})
			}
		}
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.Assign:
			if node.Name != nil {
				assigned[node.Name.Value] = true
			}
		case *syntax.CmdSubst:
			return !node.Backquotes
		case *syntax.Redirect:
			return node.Hdoc == nil
		case *syntax.Word:
			add(node.Parts, false)
		case *syntax.DblQuoted:
			add(node.Parts, true)
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.TestClause, *syntax.LetClause, *syntax.ForClause, *syntax.CaseClause, *syntax.ParamExp:
			return false
		}
		return true
	})
	return literals, assigned
}
