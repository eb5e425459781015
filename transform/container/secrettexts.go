package container

import (
	"cmp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
)

// hidePlainSecretsOf puts references for such variables into the command and the entrypoint of a container. It returns the variables
// whose values stay, by the path of the key.
func hidePlainSecretsOf(p *input.Project, u *input.Container, c *plan.Container, hidden map[string]string) map[string][]string {
	entrypoint, command := u.At.Key("entrypoint"), u.At.Key("command")
	program := c.Args
	if len(c.Args) == 0 && len(u.Spec.Entrypoint) == 0 { // a cleared entrypoint makes the command the program
		program = c.Command
	}
	left := map[string][]string{command.String(): hidePlainSecrets(p, u, command, hidden, u.Spec.Command, program)}
	if len(u.Spec.Entrypoint) > 0 {
		left[entrypoint.String()] = hidePlainSecrets(p, u, entrypoint, hidden, u.Spec.Entrypoint, c.Command)
	}
	return left
}

// hideSecrets replaces the values of the container's secret variables in its command by references to them. Compose has put
// them there itself, for ${REDIS_PASSWORD}; the kubelet puts in $(REDIS_PASSWORD) when it starts the container, so that the
// program sees the same words. Source: the API documentation of Container.Command.
func hideSecrets(p *input.Project, names []string, hidden map[string]string, words []string) []string {
	escaped := make(map[string]string, len(names))
	for _, name := range names {
		escaped[name] = expansion.Escape(hidden[name]) // as the words are
	}
	before := ""
	for i, word := range words {
		words[i] = replaceSecrets(p, before, word, names, hidden, escaped)
		before = word + " "
	}
	return words
}

// passwordPlace matches the end of a text behind which a password stands: the value of an option or a variable for one, or of an address.
var passwordPlace = pattern.New(`(?i)pass(?:word|wd|phrase|code)?["']?(?:\s*[=:]\s*|\s+)["']?$|(?:^|\s)-[pa]\s*["']?$|--?auth[=\s]["']?$|://[^\s/@:]*:$|(?:secret|token|key)["']?\s*[=:]\s*["']?$`)

// mayStand reports whether a value that stands behind a text is the secret. One that is the name of a user or a database as well is it only where a
// password stands: the name is to stay where the secret is changed.
func mayStand(p *input.Project, value, before string) bool {
	return len(p.Secrets.Find(value)) > 0 || passwordPlace.MatchString(before)
}

// tellingSecrets returns the variables that come from the Secret and whose values can be told in a text: the longest value
// first, and of equal ones the variable that is named for the service.
func tellingSecrets(n *naming.Names, u *input.Container, hidden map[string]string) []string {
	var names []string
	for _, name := range sorted.Keys(hidden) {
		if secret.IsTelling(hidden[name]) {
			names = append(names, name)
		}
	}
	own := strings.ToUpper(strings.ReplaceAll(n.DNS(u.Service), "-", "_"))
	slices.SortStableFunc(names, func(a, b string) int {
		switch d := len(hidden[b]) - len(hidden[a]); {
		case d != 0:
			return d
		case strings.Contains(a, own) == strings.Contains(b, own):
			return 0
		case strings.Contains(a, own):
			return -1
		}
		return 1
	})
	return names
}

// replaceSecrets replaces values by references, except beside a dollar: one before it would escape the reference, and one at
// its end may be half of an escape.
func replaceSecrets(p *input.Project, before, text string, names []string, hidden, values map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		found := slices.IndexFunc(names, func(name string) bool {
			return strings.HasPrefix(text[i:], values[name]) && (i == 0 || text[i-1] != '$') && !strings.HasSuffix(values[name], "$") && mayStand(p, hidden[name], before+text[:i])
		})
		if found < 0 {
			b.WriteByte(text[i])
			i++
			continue
		}
		b.WriteString("$(" + names[found] + ")")
		i += len(values[names[found]])
	}
	return b.String()
}

// readable is a text of the container that everybody sees who may read Pods.
type readable struct {
	at    diag.Path
	words []string
	plain []string // the variables with a secret that does not tell by itself, where they are not looked for elsewhere
}

// readableTexts returns the commands of a container as they are emitted. Of hooks only the words count: what their
// environment holds is reported on its own.
func readableTexts(p *input.Project, u *input.Container, c *plan.Container) []readable {
	list := []readable{{at: u.At.Key("entrypoint"), words: c.Command}, {at: u.At.Key("command"), words: c.Args}}
	if u.IsHook {
		return list
	}
	if c.Readiness != nil && c.Readiness.Exec != nil {
		list = append(list, readable{at: u.At.Key("healthcheck"), words: c.Readiness.Exec.Command})
	}
	hooks := func(key string, all []types.ServiceHook) {
		for i, hook := range all {
			at := u.At.Key(key).Index(i).Key("command")
			list = append(list, readable{at, hook.Command, plainSecretsIn(p, at, hook.Command)})
		}
	}
	hooks("post_start", u.Service.Config.PostStart)
	hooks("pre_stop", u.Service.Config.PreStop)
	return list
}

// plainSecretsIn returns the variables of the words of a key that are called as secrets are.
func plainSecretsIn(p *input.Project, at diag.Path, words []string) []string {
	var found []string
	for _, parts := range plainSecretWords(p, at, words) {
		found = append(found, variablesOf(p, parts)...)
	}
	return found
}

// reportSecretTexts tells of values of secret variables that stay readable in the Pod: in what the kubelet does not expand,
// or where the container does not have the variable.
func reportSecretTexts(p *input.Project, u *input.Container, c *plan.Container, names []string, hidden map[string]string, left map[string][]string, findings *report.Findings) {
	if p.Options.EnvSecrets == "none" {
		return
	}
	own := map[string]string{}
	var references []string // which are no texts
	for _, name := range slices.Backward(names) {
		own[hidden[name]] = name
		references = append(references, "$("+name+")", "$()")
	}
	withoutReferences := strings.NewReplacer(references...)
	for _, text := range readableTexts(p, u, c) {
		var filled map[string]string
		found := slices.Concat(left[text.at.String()], text.plain)
		written := false
		for i, word := range text.words {
			written = written || secret.IsValue(word) || i > 0 && secret.Is(secret.Option(text.words[i-1], word), word) && !strings.Contains(word, "$(")
			for _, m := range p.Secrets.Find(withoutReferences.Replace(word)) {
				if own[m.Value] == "" && isVariable(p, m.Name) && !holdsValue(p, m.Name, m.Value) { // it is a part of the variable
					written = true
					continue
				}
				if filled == nil {
					filled = filledIn(p, u, text)
				}
				found = append(found, cmp.Or(filled[m.Value], own[m.Value], m.Name))
			}
		}
		slices.Sort(found)
		found = slices.Compact(found)
		variables := slices.DeleteFunc(slices.Clone(found), func(name string) bool { return !isVariable(p, name) })
		switch {
		case len(variables) == 0 && (len(found) > 0 || written): // it is written there itself
			findings.Addf("secret-in-text", text.at, "give the value to a variable of the container, and let a shell in it read that: environment: {PASSWORD: …} and $$PASSWORD in a command for sh -c or CMD-SHELL",
				"a value that looks secret is written into it and becomes part of the Pod, where everybody who may read Pods sees it")
		case len(found) > 0:
			found = variables
			findings.Addf("secret-in-text", text.at, "pass the variable to the container and let a shell in it read it: $$"+found[0]+" in a command for sh -c or CMD-SHELL",
				"the value of %s becomes part of the Pod, where everybody who may read Pods sees it", report.Enumerate(found, 3))
		}
	}
}

// filledIn returns the variables that are filled into a text of the container, by their values: several may have the same one.
func filledIn(p *input.Project, u *input.Container, text readable) map[string]string {
	at, words := text.at, text.words
	switch text.at.String() {
	case u.At.Key("entrypoint").String():
		words = u.Spec.Entrypoint
	case u.At.Key("command").String():
		words = u.Spec.Command
	case u.At.Key("healthcheck").String():
		if u.Service.Config.HealthCheck == nil {
			return map[string]string{}
		}
		at, words = at.Key("test"), u.Service.Config.HealthCheck.Test
	}
	filled := map[string]string{}
	for _, parts := range partsOfWords(p, at, words) {
		for _, part := range parts {
			if part.Variable != "" {
				filled[part.Text] = part.Variable
			}
		}
	}
	return filled
}

// holdsValue reports whether a variable or secret of the project has a value, and nothing beside it.
func holdsValue(p *input.Project, name, value string) bool {
	if p.Compose.Environment[name] == value {
		return true
	}
	if _, is := p.Compose.Secrets[name]; is {
		return true
	}
	return slices.ContainsFunc(p.Services, func(s *input.Service) bool {
		v := s.Config.Environment[name]
		return v != nil && *v == value
	})
}

// isVariable reports whether a value is known by the name of a variable or a secret, and not by the key that it stands under.
func isVariable(p *input.Project, name string) bool {
	if _, is := p.Compose.Environment[name]; is {
		return true
	}
	if _, is := p.Compose.Secrets[name]; is {
		return true
	}
	return slices.ContainsFunc(p.Services, func(s *input.Service) bool {
		_, is := s.Config.Environment[name]
		return is
	})
}
