package binds

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// refusals are programs that refuse a file which others than its owner may read, and how they are told which file it is. A bind mount has
// the mode that the file has on the host; the files of a ConfigMap or Secret belong to root, and everybody or a group may read them.
// Sources: https://www.mongodb.com/docs/manual/core/security-internal-authentication/ (keyfiles), https://www.postgresql.org/docs/current/ssl-tcp.html,
// https://man.openbsd.org/ssh.1#i, https://www.postgresql.org/docs/current/libpq-pgpass.html
var refusals = []struct {
	by     string
	option *pattern.Pattern
}{
	{"mongod", pattern.New(`(?:--keyFile(?:=|\s+)|(?:^|[\s{,])keyFile\s*[:=]\s*)["']?(/[^\s"',}]+)`).Holding("keyfile")},
	{"postgres", pattern.New(`ssl_key_file\s*=\s*["']?(/[^\s"',]+)`).Holding("ssl_key_file")},
	{"ssh", pattern.New(`(?:^|[\s;&|/"'])(?:auto)?ssh\s(?:[^;&|\n]*\s)?-i\s*["']?(/[^\s"']+)`).Holding("ssh")},
	{"libpq", pattern.New(`^PGPASSFILE=(/.+)$`).Starting("P")},
}

// privateKey matches the names of private keys in .ssh.
var privateKey = pattern.New(`/\.ssh/(id_[a-z0-9_]+|[^/]+\.pem)$`).Holding("/.ssh/")

// PrivateTargets returns the files that a program of the container refuses where others may read them, and the program.
func PrivateTargets(p *input.Project, u *input.Container) map[string]string {
	found := map[string]string{}
	look := func(text string) {
		for _, r := range refusals {
			for _, m := range r.option.FindAllStringSubmatch(text, -1) {
				found[path.Clean(m[1])] = r.by
			}
		}
	}
	look(strings.Join(slices.Concat(u.Spec.Entrypoint, u.Spec.Command), " "))
	for name, value := range u.Spec.Environment {
		if value != nil {
			look(name + "=" + *value)
		}
	}
	for _, v := range u.Spec.Volumes {
		f := p.Files[path.Clean(v.Source)]
		if v.Type != types.VolumeTypeBind || f == nil {
			continue
		}
		for _, text := range append([]source.Entry{{File: *f}}, f.Entries...) {
			if text.Kind == source.Regular && len(text.Data) < maxTold && source.IsText(text.Data) {
				look(string(text.Data))
			}
		}
	}
	for _, ref := range u.Spec.Configs {
		look(p.Compose.Configs[ref.Source].Content)
	}
	return found
}

// maxTold is the size of the largest file that is looked through for the names of other files.
const maxTold = 64 << 10

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
	told := map[string]string{}
	if b.isNamed(path.Clean(b.Target)) {
		told = PrivateTargets(b.project, b.Container)
	}
	if b.IsFile() {
		return RefusesOpen(told, path.Clean(b.Target)) != ""
	}
	return slices.ContainsFunc(b.File.Entries, func(e source.Entry) bool {
		return e.Kind == source.Regular && RefusesOpen(told, path.Join(b.Target, e.Path)) != ""
	})
}

// isNamed reports whether the command, a variable or the settings of the container name a path. What tells a program of a private file does, and to look
// through all of them for each mount would take long.
func (b Bind) isNamed(target string) bool {
	has := func(text string) bool { return strings.Contains(text, target) }
	if slices.ContainsFunc(b.Container.Spec.Entrypoint, has) || slices.ContainsFunc(b.Container.Spec.Command, has) || has(b.project.MountedText(b.Container.Service)) {
		return true
	}
	for _, value := range b.Container.Spec.Environment {
		if value != nil && has(*value) {
			return true
		}
	}
	return false
}
