package diag

import (
	"strconv"
	"strings"
)

// Path names a key of the Compose model: mapping keys, and list items as "[0]". Keys stay apart because a service
// may be called "my.db".
type Path []string

// At builds a path from mapping keys: At("services", "web", "ports").
func At(keys ...string) Path { return Path(keys) }

// Key returns the path of a key below p. p itself is not changed.
func (p Path) Key(keys ...string) Path {
	return append(append(make(Path, 0, len(p)+len(keys)), p...), keys...)
}

// Index returns the path of the i-th list item (0-based) below p. p itself is not changed.
func (p Path) Index(i int) Path { return p.Key("[" + strconv.Itoa(i) + "]") }

// Parent returns the path one level up; the parent of an empty path is empty.
func (p Path) Parent() Path {
	if len(p) == 0 {
		return p
	}
	return p[:len(p)-1]
}

// ListIndex returns the index that the last element stands for, and false if it is a mapping key.
func (p Path) ListIndex() (int, bool) {
	if len(p) == 0 {
		return 0, false
	}
	last := p[len(p)-1]
	if !strings.HasPrefix(last, "[") || !strings.HasSuffix(last, "]") {
		return 0, false
	}
	i, err := strconv.Atoi(last[1 : len(last)-1])
	return i, err == nil
}

// String renders the path as people write it: services.web.ports[0].
func (p Path) String() string {
	var b strings.Builder
	for i, e := range p {
		if i > 0 && !strings.HasPrefix(e, "[") {
			b.WriteByte('.')
		}
		b.WriteString(e)
	}
	return b.String()
}
