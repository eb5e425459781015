package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/users"
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

// privateTargets returns the files that a program of the container refuses where others may read them, and the program.
func privateTargets(p *input.Project, u *input.Container) map[string]string {
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
			if text.Kind == source.Regular && len(text.Data) < maxSettings && source.IsText(text.Data) {
				look(string(text.Data))
			}
		}
	}
	for _, ref := range u.Spec.Configs {
		look(p.Compose.Configs[ref.Source].Content)
	}
	return found
}

// maxSettings is the size of the largest file that is looked through for the names of other files.
const maxSettings = 64 << 10

// refusesOpen returns the program that refuses a file at a target where others may read it, or "".
func refusesOpen(told map[string]string, target string) string {
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

// privateFiles finds the files that programs refuse where others may read them. It looks through the texts of a container once.
type privateFiles struct {
	project *input.Project
	told    map[*input.Container]map[string]string // by target: the program that is told of it
}

// in returns the mount of files with those of which the program gets a copy that only its own user may read.
func (d *privateFiles) in(u *input.Container, m plan.Mount) plan.Mount {
	if m.Content == nil {
		return m
	}
	told, known := d.told[u]
	if !known {
		told = privateTargets(d.project, u)
		d.told[u] = told
	}
	for _, item := range m.Items {
		target := m.Target
		if m.File == "" {
			target = path.Join(m.Target, item.Path)
		}
		if by := refusesOpen(told, target); by != "" {
			m.Private = append(m.Private, plan.PrivateFile{Path: item.Path, By: by})
		}
	}
	if len(m.Private) > 0 && m.Writable == "" {
		m.Writable = "private " + u.Service.Path.String() + " " + m.Target
	}
	return m
}

// privateOwner returns the user who is to read private files: the program of an image often starts as root and becomes another one.
func privateOwner(ids *users.Users, u *input.Container, m plan.Mount, findings *report.Findings) users.IDs {
	owner := ids.Process(u)
	row, known := u.Service.ImageRow()
	if root := owner.User == nil || *owner.User == 0; root && u.Spec.User == "" && known && len(row.Users) == 1 {
		owner = users.IDs{User: new(row.Users[0].UID), Group: new(row.Users[0].GID)}
	}
	by := map[string]bool{}
	var targets []string
	for _, file := range m.Private {
		by[file.By] = true
		target := m.Target
		if m.File == "" {
			target = path.Join(m.Target, file.Path)
		}
		targets = append(targets, target)
	}
	programs, files := strings.Join(sorted.Keys(by), ", "), report.Enumerate(targets, 3)
	if owner.User == nil {
		findings.Addf("private-copy-user", m.At, "say user: with the number of the user, so that the copy is made for that one",
			"%s refuses a file that others may read, so the program gets a copy of %s that only root may read: which user %s runs as is not known, and another one could not read it", programs, files, u.Service.Name)
		return owner
	}
	findings.Addf("private-copy", m.At, "", "%s refuses a file that others may read, so the program gets a copy of %s that only user %d may read", programs, files, *owner.User)
	return owner
}
