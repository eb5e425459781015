package transform

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
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
	return len(value) >= shortestSecret && (!plain || len(value) >= shortestPlain) && !strings.ContainsAny(value, "$\n")
}

// hideSecrets replaces the values of the container's secret variables in its command by references to them. Compose has put
// them there itself, for ${REDIS_PASSWORD}; the kubelet puts in $(REDIS_PASSWORD) when it starts the container, so that the
// program sees the same words. Source: the API documentation of Container.Command.
func (u *unit) hideSecrets(env []corev1.EnvVar, words []string) []string {
	names := u.tellingSecrets(env)
	for i, word := range words {
		words[i] = replaceSecrets(word, names, u.fromSecret)
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

// replaceSecrets replaces values by references, except behind a dollar, which would escape the reference.
func replaceSecrets(text string, names []string, values map[string]string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		found := slices.IndexFunc(names, func(name string) bool {
			return strings.HasPrefix(text[i:], values[name]) && (i == 0 || text[i-1] != '$')
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

// reference matches what the kubelet puts a variable in for.
var reference = regexp.MustCompile(`\$\([^)]*\)`)

// reportSecretTexts tells of values of secret variables that stay readable in the Pod: in what the kubelet does not expand,
// or where the container does not have the variable.
func (u *unit) reportSecretTexts(c *corev1.Container) {
	if u.options.EnvSecrets == "none" {
		return
	}
	own := map[string]string{}
	for _, name := range slices.Backward(u.tellingSecrets(c.Env)) {
		own[u.fromSecret[name]] = name
	}
	probe := []string(nil)
	if c.ReadinessProbe != nil && c.ReadinessProbe.Exec != nil {
		probe = c.ReadinessProbe.Exec.Command
	}
	for _, place := range []struct {
		key   string
		words []string
	}{{"entrypoint", c.Command}, {"command", c.Args}, {"healthcheck", probe}} {
		var found []string
		for _, value := range sortedKeys(u.secretValues) {
			name := cmp.Or(own[value], u.secretValues[value])
			if !slices.Contains(found, name) && slices.ContainsFunc(place.words, func(word string) bool { return strings.Contains(reference.ReplaceAllString(word, ""), value) }) {
				found = append(found, name)
			}
		}
		slices.Sort(found)
		if len(found) > 0 {
			u.reportf("secret-in-text", u.at.Key(place.key), "pass the variable to the container and let a shell in it read it: $$"+found[0]+" in a command for sh -c or CMD-SHELL",
				"the value of %s becomes part of the Pod, where everybody who may read Pods sees it", enumerate(found, 3))
		}
	}
}

// collectSecrets finds the values of the secret-looking variables of all services.
func (p *project) collectSecrets() {
	p.secretValues = map[string]string{}
	for _, s := range p.services {
		for _, name := range sortedKeys(s.config.Environment) {
			value := s.config.Environment[name]
			if value != nil && isSecretName(name) && isTelling(*value) && p.secretValues[*value] == "" {
				p.secretValues[*value] = name
			}
		}
	}
}
