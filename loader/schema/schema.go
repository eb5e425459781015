// Package schema answers whether a model fits the JSON schema of Compose files, as compose-go's own validation does, but
// with nothing besides yes and no. Compiling the schema for a validator that explains itself costs more than all the rest
// of loading a small project. A "no" is not the last word: it also stands for what this package does not understand.
package schema

import (
	"cmp"
	"hash/crc32"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"

	"github.com/transship/transship/internal/pattern"
)

// Accepts reports whether compose-go's schema accepts a model. False means that it is refused, or that this package
// cannot tell: a program that links another compose-go has a schema that the rules do not come from.
func Accepts(model map[string]any) bool {
	return current() && fitsJSON(model) && root.accepts(model, nil)
}

var current = sync.OnceValue(func() bool {
	var sum uint32
	var part [4096]byte // the text is large, and a copy of it would cost more than its sum
	for rest := schema.Schema; rest != ""; {
		n := copy(part[:], rest)
		sum, rest = crc32.Update(sum, crc32.IEEETable, part[:n]), rest[n:]
	}
	return sum == checksum
})

// rule is one schema.
type rule struct {
	never       bool // the schema false
	unique      bool
	kinds       kind       // allowed types; 0 allows all
	properties  []property // sorted by name
	patterns    []keys
	additional  id // of keys that neither properties nor patterns name
	unevaluated id // of keys that nothing below allOf, anyOf, oneOf and $ref names either
	items       id
	required    []string
	allOf       []id // with the target of $ref
	anyOf       []id
	oneOf       []id
	enum        []any
	pattern     func(string) bool
	limits      *limits
}

// id is the place of a rule in the table. 0 is the rule that accepts everything.
type id uint16

// property is the rule of one key.
type property struct {
	name string
	rule id
}

// keys is the rule of all keys that match.
type keys struct {
	match func(string) bool
	rule  id
}

// limits are the smallest and the largest number.
type limits struct{ minimum, maximum float64 }

// property returns the rule of a key.
func (s *rule) property(name string) (id, bool) {
	i, ok := slices.BinarySearchFunc(s.properties, name, func(p property, name string) int { return cmp.Compare(p.name, name) })
	if !ok {
		return 0, false
	}
	return s.properties[i].rule, true
}

// The regular expressions of the schema, as functions.

func isExtension(s string) bool { return strings.HasPrefix(s, "x-") } // ^x-

func isOneLine(s string) bool { return s != "" && !strings.Contains(s, "\n") } // ^.+$

func hasText(s string) bool { return strings.Trim(s, "\n") != "" } // .+

func isLowerCase(s string) bool { // ^[a-z]+$
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return s != ""
}

func isPlainName(s string) bool { // ^[a-zA-Z0-9._-]+$
	for i := range len(s) {
		if c := s[i]; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return s != ""
}

var (
	containerName = pattern.New("[a-zA-Z0-9][a-zA-Z0-9_.-]+")
	pullPolicy    = pattern.New("^(always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+)$")
)

func hasContainerName(s string) bool { return containerName.MatchString(s) }

func isPullPolicy(s string) bool { return pullPolicy.MatchString(s) }
