package transform

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// shortestSecret and shortestPlain are how long a value must be to be looked for in other texts. What is shorter, or is a plain
// word such as "postgres", stands there for other reasons.
const (
	shortestSecret = 8
	shortestPlain  = 12
)

// isTelling reports whether a text that holds this value holds it because it is the secret.
func isTelling(value string) bool {
	plain := !strings.ContainsFunc(value, func(r rune) bool { return r < 'a' || r > 'z' })
	return len(value) >= shortestSecret && (!plain || len(value) >= shortestPlain)
}

// hideSecrets replaces the values of the container's secret variables in its command by references to them. Compose has put
// them there itself, for ${REDIS_PASSWORD}; the kubelet puts in $(REDIS_PASSWORD) when it starts the container, so that the
// program sees the same words. Source: the API documentation of Container.Command.
func (u *unit) hideSecrets(env []corev1.EnvVar, words []string) []string {
	names := u.tellingSecrets(env)
	escaped := make(map[string]string, len(names))
	for _, name := range names {
		escaped[name] = escapeExpansion(u.fromSecret[name]) // as the words are
	}
	for i, word := range words {
		words[i] = replaceSecrets(word, names, escaped)
	}
	return words
}

// tellingSecrets returns the variables that come from the Secret and whose values can be told in a text: the longest value
// first, and of equal ones the variable that is named for the service.
func (u *unit) tellingSecrets(env []corev1.EnvVar) []string {
	var names []string
	for _, v := range env {
		if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil && isTelling(u.fromSecret[v.Name]) {
			names = append(names, v.Name)
		}
	}
	own := strings.ToUpper(strings.ReplaceAll(u.dns, "-", "_"))
	slices.SortStableFunc(names, func(a, b string) int {
		switch d := len(u.fromSecret[b]) - len(u.fromSecret[a]); {
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
func replaceSecrets(text string, names []string, values map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		found := slices.IndexFunc(names, func(name string) bool {
			return strings.HasPrefix(text[i:], values[name]) && (i == 0 || text[i-1] != '$') && !strings.HasSuffix(values[name], "$")
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
}

// readableTexts returns the commands of a container as they are emitted. Of hooks only the words count: what their
// environment holds is reported on its own.
func (u *unit) readableTexts(c *corev1.Container) []readable {
	list := []readable{{u.at.Key("entrypoint"), c.Command}, {u.at.Key("command"), c.Args}}
	if u.hook {
		return list
	}
	if c.ReadinessProbe != nil && c.ReadinessProbe.Exec != nil {
		list = append(list, readable{u.at.Key("healthcheck"), c.ReadinessProbe.Exec.Command})
	}
	for i, hook := range u.config.PostStart {
		list = append(list, readable{u.at.Key("post_start").Index(i).Key("command"), hook.Command})
	}
	for i, hook := range u.config.PreStop {
		list = append(list, readable{u.at.Key("pre_stop").Index(i).Key("command"), hook.Command})
	}
	return list
}

// reportSecretTexts tells of values of secret variables that stay readable in the Pod: in what the kubelet does not expand,
// or where the container does not have the variable.
func (u *unit) reportSecretTexts(c *corev1.Container) {
	if u.options.EnvSecrets == "none" {
		return
	}
	names := u.tellingSecrets(c.Env)
	own := map[string]string{}
	var references []string // which are no texts
	for _, name := range slices.Backward(names) {
		own[u.fromSecret[name]] = name
		references = append(references, "$("+name+")", "$()")
	}
	withoutReferences := strings.NewReplacer(references...)
	for _, text := range u.readableTexts(c) {
		var found []string
		for _, word := range text.words {
			for _, value := range u.secretsIn(withoutReferences.Replace(word)) {
				found = append(found, cmp.Or(own[value], u.secretValues[value]))
			}
		}
		slices.Sort(found)
		found = slices.Compact(found)
		if len(found) > 0 {
			u.reportf("secret-in-text", text.at, "pass the variable to the container and let a shell in it read it: $$"+found[0]+" in a command for sh -c or CMD-SHELL",
				"the value of %s becomes part of the Pod, where everybody who may read Pods sees it", enumerate(found, 3))
		}
	}
}

// spelling is a way in which a secret value can stand in a text.
type spelling struct{ text, value string }

// secretsIn returns the secret values that stand in a word, as they are or escaped. It looks at each place once, however
// many secrets a project has.
func (p *project) secretsIn(word string) []string {
	var found []string
	for i := 0; i+shortestSecret <= len(word); i++ {
		for _, s := range p.secretSpellings[word[i:i+shortestSecret]] {
			if strings.HasPrefix(word[i:], s.text) {
				found = append(found, s.value)
			}
		}
	}
	return found
}

// collectSecrets finds the values of the secret-looking variables of all services.
func (p *project) collectSecrets() {
	p.secretValues, p.secretSpellings = map[string]string{}, map[string][]spelling{}
	for _, s := range p.services {
		for _, name := range sortedKeys(s.config.Environment) {
			value := s.config.Environment[name]
			if value != nil && looksSecret(name, *value) && isTelling(*value) && p.secretValues[*value] == "" {
				p.secretValues[*value] = name
				for _, text := range slices.Compact([]string{*value, escapeExpansion(*value)}) {
					start := text[:shortestSecret]
					p.secretSpellings[start] = append(p.secretSpellings[start], spelling{text, *value})
				}
			}
		}
	}
}
