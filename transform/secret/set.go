package secret

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Variable is a name with a value: a variable of a service, one that was interpolated, or the content of a config or secret.
type Variable struct {
	Name, Value string
	Secret      bool // it is a secret whatever it is called
}

// Set holds the secret values of a project. The zero value holds none. It is not changed once it is made, so that several
// readers may use it at once.
type Set struct {
	names     map[string]string           // the variable of each value
	carriers  map[string]bool             // values that are secret for what is in them, such as a URL with a password
	spellings map[string][]spelling       // what the values look like in texts, by their first bytes, sorted
	starts    [1 << startBits / 64]uint64 // a bit for each place where the hash of such first bytes is: few texts have one
	named     []Named
}

// Named is a variable whose value is a name of the project as well. Such a name stands in names of objects, of files and in DNS: the
// value is known to everybody, and is masked nowhere.
type Named struct {
	Variable string
	Path     []string // of the key that gives the name
}

// shortest and shortestPlain are the lengths in bytes from which on a value is told in other texts. What is shorter, or is a
// plain word such as "postgres", stands there for other reasons.
const (
	shortest      = 8
	shortestPlain = 12
	shortestLine  = 16
)

// NewSet returns the set of the secrets among variables. The order does not matter; of two variables with one value, the
// first by name stands for it.
func NewSet(variables []Variable) *Set { return newSet(variables, nil) }

// newSet is [NewSet] for a project that has names, each with its key.
func newSet(variables []Variable, names map[string][]string) *Set {
	s := &Set{names: map[string]string{}, carriers: map[string]bool{}, spellings: map[string][]spelling{}}
	known := map[string][]string{} // many services have the same variable
	wordsOfName := func(name string) []string {
		words, ok := known[name]
		if !ok {
			words = wordsOf(name)
			known[name] = words
		}
		return words
	}
	public, seen := map[string]bool{}, map[Variable]bool{}
	var distinct []Variable
	for _, v := range variables {
		if len(v.Value) < shortest || seen[v] { // what is shorter is never added, nor is a part of it
			continue
		}
		seen[v] = true
		distinct = append(distinct, v)
		if !v.Secret && isPublic(wordsOfName(v.Name)) {
			public[v.Value] = true
		}
	}
	slices.SortStableFunc(distinct, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	for _, v := range distinct {
		s.take(v, wordsOfName(v.Name), exempt{public, names})
	}
	for start, list := range s.spellings {
		s.spellings[start] = sortedSpellings(list)
	}
	compare := func(a, b Named) int {
		return cmp.Or(strings.Compare(a.Variable, b.Variable), slices.Compare(a.Path, b.Path))
	}
	slices.SortFunc(s.named, compare)
	s.named = slices.CompactFunc(s.named, func(a, b Named) bool { return compare(a, b) == 0 })
	return s
}

// exempt are values that are told in no text although a secret has them.
type exempt struct {
	public map[string]bool     // what variables have that hold a name
	names  map[string][]string // the names of the project, with the key of each
}

// take adds what is secret in a variable, whose name has been taken apart.
func (s *Set) take(v Variable, words []string, not exempt) {
	parts := merged(append(secretsIn(v.Value), passwordsOfAccounts(words, v.Value)...))
	is := len(parts) > 0 || isGiven(words, v.Value)
	whole := v.Secret || is && isWhole(words, v.Value, parts)
	if whole {
		s.add(v.Name, v.Value, not)
	}
	for _, part := range parts {
		s.add(v.Name, v.Value[part.start:part.end], not)
	}
	if _, known := s.names[v.Value]; !whole && !known && is {
		s.add(v.Name, v.Value, not)
		s.carriers[v.Value] = true
	}
}

// isWhole reports whether a secret value is secret from its first to its last byte, and does not only carry a secret.
func isWhole(words []string, value string, parts []span) bool {
	return len(parts) == 0 || parts[0] == span{0, len(value)} || isNamed(words) && !strings.Contains(value, "://")
}

// add takes a value with all its spellings.
func (s *Set) add(name, value string, not exempt) {
	if _, known := s.names[value]; known || !IsTelling(value) || isIdentifier(value) && not.public[value] {
		return
	}
	if path, is := not.names[strings.TrimSpace(value)]; is {
		s.named = append(s.named, Named{name, path})
		return
	}
	s.names[value] = name
	for _, text := range spellingsOf(value) {
		start := text[:shortest]
		at := hashOfStart(start)
		s.starts[at/64] |= 1 << (at % 64)
		s.spellings[start] = append(s.spellings[start], spelling{text: text, value: value})
	}
}

// With returns the secrets of both sets.
func (s *Set) With(other *Set) *Set {
	if s.Len() == 0 || s == other {
		return other
	}
	both := &Set{names: map[string]string{}, carriers: map[string]bool{}, spellings: map[string][]spelling{}, starts: s.starts}
	for _, set := range []*Set{other, s} { // of two variables with one value, that of s stands for it
		if set == nil {
			continue
		}
		maps.Copy(both.names, set.names)
		maps.Copy(both.carriers, set.carriers)
		for i, bits := range set.starts {
			both.starts[i] |= bits
		}
		for start, list := range set.spellings {
			both.spellings[start] = append(slices.Clone(list), both.spellings[start]...)
		}
	}
	for start, list := range both.spellings {
		both.spellings[start] = sortedSpellings(list)
	}
	return both
}

// Named returns the variables whose values are names of the project, sorted.
func (s *Set) Named() []Named {
	if s == nil {
		return nil
	}
	return s.named
}

// Len returns how many values the set holds.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.names)
}

// Contains reports whether a value equals a known secret, and returns the variable that holds it.
func (s *Set) Contains(value string) (name string, ok bool) {
	if s == nil {
		return "", false
	}
	name, ok = s.names[value]
	return name, ok
}

// Match is a secret value in a text: the bytes from Start up to End.
type Match struct {
	Name       string // the variable that holds it
	Value      string // as the variable has it; the text may have it escaped
	Start, End int
}

// Find returns where known secret values stand in a text, in order, without overlaps: of two that begin at one place, the
// longer. It looks at each place once, however many secrets there are.
func (s *Set) Find(text string) []Match {
	if s.Len() == 0 {
		return nil
	}
	var found []Match
	for i := 0; i+shortest <= len(text); {
		if at := hashOfStart(text[i:]); s.starts[at/64]&(1<<(at%64)) == 0 {
			i++
			continue
		}
		best, is := longestIn(s.spellings[text[i:i+shortest]], text[i:])
		if !is {
			i++
			continue
		}
		found = append(found, Match{s.names[best.value], best.value, i, i + len(best.text)})
		i += len(best.text)
	}
	return found
}
