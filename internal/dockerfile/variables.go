package dockerfile

import (
	"maps"

	"github.com/transship/transship/internal/sorted"
)

// variables are those in scope at an instruction: the first map that has a name decides. They are looked up where they stand,
// because a Dockerfile may have thousands of instructions with all of them in scope. They are a shell.EnvGetter of BuildKit.
type variables []map[string]string

// Get returns the value of a variable, and whether it is set.
func (v variables) Get(name string) (string, bool) {
	for _, set := range v {
		if value, ok := set[name]; ok {
			return value, true
		}
	}
	return "", false
}

// Keys returns the names of all variables, sorted.
func (v variables) Keys() []string {
	all := map[string]string{}
	for _, set := range v {
		maps.Copy(all, set)
	}
	return sorted.Keys(all)
}
