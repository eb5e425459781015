package binds

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// privateKey matches the names of private keys in .ssh.
var privateKey = pattern.New(`/\.ssh/(id_[a-z0-9_]+|[^/]+\.pem)$`).Holding("/.ssh/")

// RefusesOpen returns the program that refuses a file at a target where others may read it, or "".
func RefusesOpen(told map[string]string, target string) string {
	switch base := path.Base(target); {
	case told[target] != "":
		return told[target]
	case base == ".erlang.cookie": // https://www.erlang.org/doc/system/distributed.html#security
		return "Erlang"
	case base == ".pgpass":
		return "libpq"
	case privateKey.MatchString(target) && !strings.HasSuffix(base, ".pub"):
		return "ssh"
	}
	return ""
}

// isPrivate reports whether a program of the container wants a file of the mount for itself alone: its content is a secret, whatever its name.
func (b Bind) isPrivate() bool {
	if b.File.Kind == source.Directory && len(b.File.Entries) == 0 {
		return false
	}
	told := b.Container.ToldPrivate()
	if b.IsFile() {
		return RefusesOpen(told, path.Clean(b.Target)) != ""
	}
	return slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && RefusesOpen(told, path.Join(b.Target, e.Path)) != ""
	})
}
