package container

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
)

// sharedSecret is a secret value that several containers take from one place. It has a Secret of its own with one key.
type sharedSecret struct {
	plan.Secret
	key   string
	users []string // the services, each once
}

// sharing tells which variables of which containers are in shared Secrets.
type sharing map[*input.Container]map[string]*sharedSecret

// whence is where a variable gets its value.
type whence struct {
	place string // the same for all who get it there; "" where nothing tells
	name  string // what the value is called there: the variable that is filled in, or the container's own
}

// origin returns where a variable of a container gets its value: from a variable that is filled in, from a text around such, from a line
// of a file that several services inherit, or from a line of an env file. Two values that are equal in different places are not
// one: nobody knows whether they are to change together.
func origin(p *input.Project, u *input.Container, name string) whence {
	value := u.Spec.Environment[name]
	_, overridden := u.Service.Ext.Env[name]
	if value == nil || overridden && !u.IsHook {
		return whence{}
	}
	at := u.At.Key("environment", name)
	if text, ok := p.Text(at, *value); ok {
		template, filledIn := asWritten(text.Parts)
		switch {
		case len(text.Parts) == 1 && filledIn:
			return whence{"variable " + text.Parts[0].Variable, text.Parts[0].Variable}
		case filledIn:
			return whence{"text " + template, name}
		case text.Place.IsKnown():
			return whence{fmt.Sprintf("place %s:%d:%d", text.Place.File, text.Place.Line, text.Place.Column), name}
		}
		return whence{}
	}
	return originInEnvFiles(p, u, name, *value)
}

// asWritten returns a text with the names of its variables in the places of their values, and whether there are any.
func asWritten(parts []source.Part) (template string, filledIn bool) {
	var b strings.Builder
	for _, part := range parts {
		if part.Variable == "" {
			b.WriteString(part.Text)
			continue
		}
		filledIn = true
		b.WriteString("${" + part.Variable + "}")
	}
	return b.String(), filledIn
}

func originInEnvFiles(p *input.Project, u *input.Container, name, value string) whence {
	if p.Texts.InEnvFile == nil {
		return whence{}
	}
	for _, file := range slices.Backward(u.Spec.EnvFiles) {
		text, ok := p.Texts.InEnvFile(file.Path, name)
		switch {
		case !ok:
		case text.String() != value:
			return whence{}
		case len(text.Parts) == 1 && text.Parts[0].Variable != "":
			return whence{"variable " + text.Parts[0].Variable, text.Parts[0].Variable}
		default:
			return whence{"file " + file.Path, name}
		}
	}
	return whence{}
}

// held is a value that may be shared.
type held struct{ place, name, value string }

// use is a variable of a container.
type use struct {
	container *input.Container
	name      string
}

// share finds the secret values that several containers take from one place, and gives each a Secret. variables are those of each
// container, secrets the names of those that go to a Secret.
func (k *known) share(containers []*input.Container, variables map[*input.Container]map[string]string, secrets map[*input.Container]map[string]bool) (sharing, []*sharedSecret) {
	uses := k.sharedUses(containers, variables, secrets)
	found := slices.SortedFunc(maps.Keys(uses), func(a, b held) int {
		first, second := uses[a][0], uses[b][0]
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(first.container.At.String(), second.container.At.String()), strings.Compare(first.name, second.name))
	})
	shared, all := sharing{}, []*sharedSecret{}
	for _, h := range found {
		if len(uses[h]) < 2 {
			continue
		}
		s := k.sharedSecret(h, uses[h])
		all = append(all, s)
		for _, u := range uses[h] {
			if shared[u.container] == nil {
				shared[u.container] = map[string]*sharedSecret{}
			}
			shared[u.container][u.name] = s
		}
	}
	return shared, all
}

// sharedUses returns who uses what, as far as several use it.
func (k *known) sharedUses(containers []*input.Container, variables map[*input.Container]map[string]string, secrets map[*input.Container]map[string]bool) map[held][]use {
	byValue := map[string][]use{} // the files are asked about nothing that is there once
	for _, c := range containers {
		for _, name := range sorted.Keys(secrets[c]) {
			value := variables[c][name]
			if k.project.Options.EnvSecrets != input.EnvSecretsAll || isSecret(k.project, c.At.Key("environment", name), name, value) {
				byValue[value] = append(byValue[value], use{c, name})
			}
		}
	}
	uses := map[held][]use{}
	for value, all := range byValue {
		if !slices.ContainsFunc(all, func(u use) bool { return u.container != all[0].container }) {
			continue
		}
		own := map[held][]use{}
		for _, u := range all {
			if from := origin(k.project, u.container, u.name); from.place != "" {
				h := held{place: from.place, value: value}
				own[h] = append(own[h], u)
			}
		}
		for h, those := range own {
			if slices.ContainsFunc(those, func(u use) bool { return u.container != those[0].container }) {
				h.name = origin(k.project, those[0].container, those[0].name).name
				uses[h] = those
			}
		}
	}
	return uses
}

// sharedSecret returns the Secret of a value: it is called after the value, because whoever uses it comes and goes.
func (k *known) sharedSecret(h held, uses []use) *sharedSecret {
	wish := names.Normalize(h.name, names.MaxLabel)
	if k.names.Registry.Owner("Secret", wish) != "" { // most likely an entry of the top-level secrets
		wish = names.Normalize(h.name+"-env", names.MaxLabel)
	}
	name := k.names.Registry.Claim("Secret", "env "+uses[0].container.At.Key(uses[0].name).String(), wish, names.MaxLabel)
	s := &sharedSecret{key: names.SecretKey(h.name)}
	s.Secret = plan.Secret{
		Meta: plan.Meta{Name: name, Component: wish}, Data: map[string][]byte{s.key: []byte(h.value)},
	}
	for _, u := range uses {
		s.Origin.Paths = append(s.Origin.Paths, u.container.At.Key("environment", u.name))
		s.users = append(s.users, u.container.Service.Name)
	}
	slices.Sort(s.users)
	s.users = slices.Compact(s.users)
	s.Origin.Services = s.users
	return s
}
