package registry

import (
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/lockfile"
)

// accounts are the users and groups of an image.
type accounts struct{ passwd, group string }

// number reads the number of a user or group.
func number(text string) (int64, bool) {
	id, err := strconv.ParseInt(text, 10, 64)
	return id, err == nil && lockfile.IsID(id)
}

// user returns the user of a name or number, nil if there is none.
func (a accounts) user(name string) *lockfile.User {
	for line := range strings.Lines(a.passwd) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(fields) < 4 || fields[0] != name && fields[2] != name {
			continue
		}
		uid, ok1 := number(fields[2])
		gid, ok2 := number(fields[3])
		if ok1 && ok2 {
			return &lockfile.User{UID: uid, GID: gid, Groups: a.furtherGroups(fields[0], gid)}
		}
	}
	return nil
}

// furtherGroups returns the groups that list a user as a member.
func (a accounts) furtherGroups(user string, primary int64) []int64 {
	var out []int64
	for line := range strings.Lines(a.group) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(fields) < 4 || !slices.Contains(strings.Split(fields[3], ","), user) {
			continue
		}
		if gid, ok := number(fields[2]); ok && gid != primary {
			out = append(out, gid)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// groupID returns the number of a group, nil if there is none.
func (a accounts) groupID(name string) *int64 {
	for line := range strings.Lines(a.group) {
		fields := strings.Split(strings.TrimRight(line, "\r\n"), ":")
		if len(fields) < 3 || fields[0] != name {
			continue
		}
		if gid, ok := number(fields[2]); ok {
			return &gid
		}
	}
	return nil
}

// process returns the numbers that a container starts with for the USER of an image, as runc finds them: a user without a
// group gets its own from /etc/passwd, or 0, and the groups that list it; with a group, only that one. Nil is a name that
// the image does not have.
// Source: https://github.com/moby/sys/blob/main/user/user.go (GetExecUser)
func (a accounts) process(user string) (uid, gid *int64, groups []int64) {
	name, group, hasGroup := strings.Cut(user, ":")
	if name == "" {
		name = "0"
	}
	found := a.user(name)
	switch number, ok := number(name); {
	case found != nil:
		uid, gid, groups = &found.UID, &found.GID, found.Groups
	case ok:
		uid, gid = &number, new(int64(0))
	default:
		return nil, nil, nil
	}
	if !hasGroup || group == "" {
		return uid, gid, groups
	}
	if id, ok := number(group); ok {
		return uid, &id, nil
	}
	return uid, a.groupID(group), nil
}
