package dockerfile

import (
	"path"
	"strings"
)

// isBelow reports whether a path lies strictly below a directory.
func isBelow(p, dir string) bool {
	return dir == "/" && p != "/" || strings.HasPrefix(p, dir+"/")
}

// join resolves a path against a directory; "" if that is not known.
func join(dir, name string) string {
	switch {
	case name == "" || strings.Contains(name, unknownWord):
		return ""
	case path.IsAbs(name):
		return path.Clean(name)
	case dir == "":
		return ""
	}
	return path.Join(dir, name)
}
