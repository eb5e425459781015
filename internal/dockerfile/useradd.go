package dockerfile

import (
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// useradd is that of shadow: without a number, the highest from 1000 on and one more; a group of the same name and, if it
// is free, the same number.
func (a *accounts) useradd(args []string) (home, owner string) {
	o := parseOptions(args, "u", "uid", "g", "gid", "G", "groups", "d", "home-dir", "home", "s", "shell", "c", "comment", "k", "skel", "p", "password",
		"b", "base-dir", "e", "expiredate", "f", "inactive", "K", "key", "R", "root", "P", "prefix", "Z", "selinux-user")
	if len(o.rest) != 1 {
		return "", ""
	}
	name := o.rest[0]
	system := o.has("r", "system")
	uid, known := a.chosenID(o, system, true, "u", "uid")
	u := source.ImageUser{}
	if known {
		u.UID = &uid
	}
	switch primary, given := o.value("g", "gid"); {
	case given:
		u.GID = a.group(primary)
	case o.has("N", "no-user-group"):
		u.GID = new(int64(100))
	default:
		u.GID = a.ownGroup(name, u.UID)
	}
	if more, ok := o.value("G", "groups"); ok {
		u.Groups = a.groupList(more)
	}
	a.setUser(name, u)
	home, given := o.value("d", "home-dir", "home")
	if !given {
		dir, _ := o.value("b", "base-dir")
		if dir == "" {
			dir = "/home"
		}
		home = dir + "/" + name
	}
	if o.has("m", "create-home") || a.family == redHat && !system && !o.has("M", "no-create-home") {
		return home, name
	}
	return "", ""
}

// adduser is that of Debian or of busybox, which share their ideas and differ in their letters.
func (a *accounts) adduser(args []string) (home, owner string) {
	o := parseOptions(args, "u", "uid", "G", "ingroup", "gid", "h", "home", "s", "shell", "g", "gecos", "comment", "k", "firstuid", "lastuid", "firstgid", "lastgid", "conf")
	if len(o.rest) == 2 {
		a.join(o.rest[0], o.rest[1])
		return "", ""
	}
	if len(o.rest) != 1 {
		return "", ""
	}
	name := o.rest[0]
	system := o.has("S", "system")
	uid, known := a.chosenID(o, system, false, "u", "uid")
	u := source.ImageUser{}
	if known {
		u.UID = &uid
	}
	primary, given := o.value("G", "ingroup", "gid")
	switch {
	case given:
		u.GID = a.group(primary)
	case system && !o.has("group") && a.family == alpine:
		u.GID = new(int64(65533))
	case system && !o.has("group") && a.family == debian:
		u.GID = new(int64(65534))
	case system && !o.has("group"):
	default:
		u.GID = a.ownGroup(name, u.UID)
	}
	a.setUser(name, u)
	if o.has("H", "no-create-home") {
		return "", ""
	}
	if home, given := o.value("h", "home"); given {
		return home, name
	}
	if system && a.family == debian { // /nonexistent since Debian 12
		return "", ""
	}
	return "/home/" + name, name
}

// chosenID returns the number that was asked for, or the next one where that is known: the highest and one more, or the
// first that is free.
func (a *accounts) chosenID(o options, system, highest bool, names ...string) (int64, bool) {
	if text, given := o.value(names...); given {
		return id(text)
	}
	if system || !a.regular {
		return 0, false
	}
	used := map[int64]bool{}
	next := int64(1000)
	for _, name := range sorted.Keys(a.users) {
		switch u := a.users[name]; {
		case u.UID == nil:
		case *u.UID >= 1000 && *u.UID < 60000:
			used[*u.UID] = true
			if highest {
				next = max(next, *u.UID+1)
			}
		}
	}
	for used[next] {
		next++
	}
	return next, true
}

// ownGroup makes the group of a new user: of the same name and, if it is free, the same number.
func (a *accounts) ownGroup(name string, uid *int64) *int64 {
	if gid, exists := a.groups[name]; exists {
		return &gid
	}
	if uid == nil {
		return nil
	}
	for _, gid := range a.groups {
		if gid == *uid {
			return nil
		}
	}
	a.setGroup(name, *uid)
	return uid
}

func (a *accounts) addGroup(o options, system bool) {
	if len(o.rest) != 1 {
		return
	}
	if gid, ok := numberIn(o, "g", "gid"); ok {
		a.setGroup(o.rest[0], gid)
		return
	}
	if _, given := o.value("g", "gid"); given || system || !a.regular {
		return
	}
	next := int64(1000)
	for _, gid := range a.groups {
		if gid >= next && gid < 60000 {
			next = gid + 1
		}
	}
	a.setGroup(o.rest[0], next)
}

// join puts a user into a group.
func (a *accounts) join(name, group string) {
	u, ok := a.users[name]
	if gid := a.group(group); ok && gid != nil && (u.GID == nil || *u.GID != *gid) {
		u.Groups = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(u.Groups), *gid))))
		a.setUser(name, u)
	}
}

func (a *accounts) groupList(names string) []int64 {
	var out []int64
	for name := range strings.SplitSeq(names, ",") {
		if gid := a.group(name); gid != nil {
			out = append(out, *gid)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (a *accounts) usermod(args []string) {
	o := parseOptions(args, "u", "uid", "g", "gid", "G", "groups", "d", "home", "s", "shell", "c", "comment", "l", "login", "p", "password", "e", "expiredate", "f", "inactive")
	if len(o.rest) != 1 {
		return
	}
	name := o.rest[0]
	u := a.user(name)
	if uid, ok := numberIn(o, "u", "uid"); ok {
		u.UID = &uid
	}
	if group, ok := o.value("g", "gid"); ok {
		u.GID = a.group(group)
	}
	if more, ok := o.value("G", "groups"); ok {
		if !o.has("a", "append") {
			u.Groups = nil
		}
		u.Groups = slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(u.Groups), a.groupList(more)...))))
	}
	if login, ok := o.value("l", "login"); ok {
		delete(a.users, name)
		name = login
	}
	a.setUser(name, u)
}
