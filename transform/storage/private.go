package storage

import (
	"path"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
	"github.com/transship/transship/transform/users"
)

// withPrivate returns the mount of files with those of which the program gets a copy that only its own user may read: programs refuse them where others
// may read them.
func withPrivate(u *input.Container, m plan.Mount) plan.Mount {
	if m.Content == nil {
		return m
	}
	told := u.ToldPrivate()
	for _, item := range m.Items {
		target := m.Target
		if m.File == "" {
			target = path.Join(m.Target, item.Path)
		}
		if by := binds.RefusesOpen(told, target); by != "" {
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
