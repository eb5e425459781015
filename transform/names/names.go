// Package names decides what every object is called. Compose allows more in a name than Kubernetes does, and several
// Compose names can become one Kubernetes name; one [Registry] per conversion keeps them apart, and everybody asks it.
package names

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
)

// Maximum lengths. Sources: k8s.io/apimachinery/pkg/util/validation (labels, 63), the CronJob API (52: the controller
// appends a time), the StatefulSet controller (52: a revision hash becomes a label value).
const (
	MaxLabel       = 63
	MaxCronJob     = 52
	MaxStatefulSet = 52
	MaxPortName    = 15
)

// Normalize makes a DNS label (RFC 1123) of at most limit characters from any text: lower case, every other rune
// becomes '-', none at the ends; "x" if nothing is left. A name that is too long keeps its beginning and ends in a hash of
// the whole text, so that two long names stay two names.
func Normalize(name string, limit int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	label := strings.Trim(b.String(), "-")
	if label == "" {
		label = "x"
	}
	if len(label) > limit {
		label = WithHash(label, name, limit)
	}
	return label
}

// ServiceLabel is Normalize for Services, whose names must begin with a letter (RFC 1035); below a version gate that
// is not on by default anywhere, so the prefix "s-" is always added to a name that begins with a digit.
func ServiceLabel(name string) string {
	label := Normalize(name, MaxLabel)
	if label[0] >= '0' && label[0] <= '9' {
		label = Normalize("s-"+label, MaxLabel)
	}
	return label
}

// WithHash appends eight hexadecimal digits of the hash of identity to label, shortened to fit limit.
func WithHash(label, identity string, limit int) string {
	sum := sha256.Sum256([]byte(identity))
	if len(label) > limit-9 {
		label = strings.TrimRight(label[:limit-9], "-")
	}
	return label + "-" + hex.EncodeToString(sum[:4])
}

// Registry remembers which name belongs to whom, per space of names (an object kind, or anything else in which names
// must differ). Its answers depend on the set of names asked for in one Assign and on what was assigned before, never
// on map order. The zero value is not usable.
type Registry struct {
	owner map[string]map[string]string // space → name → identity
	name  map[string]map[string]string // space → identity → name
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	return &Registry{owner: map[string]map[string]string{}, name: map[string]map[string]string{}}
}

// Assign gives every identity its name in the space. Identities whose normal form is the same are told apart: the one
// that is spelled exactly so keeps the name, the others get a hash.
func (r *Registry) Assign(space string, normal func(string) string, limit int, identities ...string) {
	sorted := slices.Sorted(slices.Values(identities))
	for _, id := range sorted {
		if normal(id) == id {
			r.take(space, id, id, limit)
		}
	}
	group := map[string]int{}
	for _, id := range sorted {
		group[normal(id)]++
	}
	for _, id := range sorted {
		want := normal(id)
		if group[want] > 1 && want != id {
			want = WithHash(want, id, limit)
		}
		r.take(space, want, id, limit)
	}
}

// Claim returns the name of an identity in the space, wish if it is free or already the identity's own. It is for
// objects that come up one at a time, in a deterministic order.
func (r *Registry) Claim(space, identity, wish string, limit int) string {
	return r.take(space, wish, identity, limit)
}

// Name returns the name of an identity, or "" if it has none.
func (r *Registry) Name(space, identity string) string { return r.name[space][identity] }

// Owner returns the identity that holds a name, or "".
func (r *Registry) Owner(space, name string) string { return r.owner[space][name] }

func (r *Registry) take(space, wish, identity string, limit int) string {
	if r.owner[space] == nil {
		r.owner[space], r.name[space] = map[string]string{}, map[string]string{}
	}
	if have, ok := r.name[space][identity]; ok {
		return have
	}
	name := wish
	if _, taken := r.owner[space][name]; taken {
		name = WithHash(wish, identity, limit)
	}
	r.owner[space][name], r.name[space][identity] = identity, name
	return name
}

// maxSecretKey is the length of the longest key of a ConfigMap or Secret.
const maxSecretKey = 253

// SecretKey makes the key of a ConfigMap or Secret from the name of a variable or file. Names that no key can have may become
// alike, so they end in a hash.
func SecretKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return '_'
	}, name)
	if key != name || len(key) > maxSecretKey {
		key = WithHash(key, name, maxSecretKey)
	}
	return key
}

// Separators of a repository name, and every other character that cannot stand in one.
var (
	separators = pattern.New(`[._-]+`)
	noName     = pattern.New(`[^a-z0-9._-]+`)
)

// Repository makes a valid repository name of a Compose name: between letters and digits the distribution reference grammar
// knows one dot, one or two underscores, or dashes, and none of them at the ends.
func Repository(name string) string {
	name = noName.ReplaceAllString(strings.ToLower(name), "-")
	name = separators.ReplaceAllStringFunc(name, func(run string) string {
		if run == "." || run == "_" || run == "__" || strings.Trim(run, "-") == "" {
			return run
		}
		return "-"
	})
	return strings.Trim(name, "._-")
}
