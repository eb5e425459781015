package dockerfile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

// accounts are the users and groups of an image while its Dockerfile is followed.
type accounts struct {
	family  string // of the base system, "" if not known
	users   map[string]source.ImageUser
	groups  map[string]int64
	regular bool // all users from 1000 on are known, so the number of the next one is
}

// startFrom takes the users of a base image.
func (a *accounts) startFrom(reference string, facts source.ImageFacts) {
	family, people, regular := baseOf(reference)
	a.family, a.regular = family, regular
	a.users, a.groups = usersOf(family, people)
	a.adopt(facts.Users, facts.GroupIDs)
}

// adopt takes users and groups over, as a COPY of /etc/passwd from another stage does.
func (a *accounts) adopt(users map[string]source.ImageUser, groups map[string]int64) {
	if len(users)+len(groups) == 0 {
		return
	}
	if a.users == nil {
		a.users = map[string]source.ImageUser{}
	}
	if a.groups == nil {
		a.groups = map[string]int64{}
	}
	maps.Copy(a.users, users)
	maps.Copy(a.groups, groups)
}

func (a *accounts) clone() accounts {
	out := *a
	out.users, out.groups = maps.Clone(a.users), maps.Clone(a.groups)
	return out
}

// learn finds out the family of the base system from the commands that only it has.
func (a *accounts) learn(c command) {
	if family := packageManagers[c.words[0]]; family != "" && a.family == "" {
		a.family = family
		users, groups := usersOf(family, nil)
		own, ownGroups := a.users, a.groups
		a.users, a.groups = users, groups
		a.adopt(own, ownGroups)
	}
}

// apply follows a command that makes or changes users and groups. It returns the home directory that it makes, with the
// user who owns it.
// Sources: useradd(8), groupadd(8), usermod(8) of shadow; adduser(8) of Debian; adduser and addgroup of busybox.
func (a *accounts) apply(c command) (home, owner string) {
	args := c.words[1:]
	switch name := baseName(c.words[0]); {
	case name == "useradd" || name == "adduser" && a.family == redHat:
		return a.useradd(args)
	case name == "adduser":
		return a.adduser(args)
	case name == "groupadd":
		o := parseOptions(args, "g", "gid", "K", "key", "p", "password", "R", "root", "P", "prefix", "U", "users")
		a.addGroup(o, o.has("r", "system"))
	case name == "addgroup":
		o := parseOptions(args, "g", "gid", "firstgid", "lastgid", "conf", "shell")
		if len(o.rest) == 2 {
			a.join(o.rest[0], o.rest[1])
			return "", ""
		}
		a.addGroup(o, o.has("S", "system"))
	case name == "usermod":
		a.usermod(args)
	case name == "groupmod":
		o := parseOptions(args, "g", "gid", "n", "new-name")
		if id, ok := numberIn(o, "g", "gid"); ok && len(o.rest) == 1 {
			a.setGroup(o.rest[0], id)
		}
	case name == "userdel" || name == "deluser":
		o := parseOptions(args, "backup-to")
		if len(o.rest) == 1 {
			delete(a.users, o.rest[0])
		}
	case name == "groupdel" || name == "delgroup":
		if o := parseOptions(args); len(o.rest) == 1 {
			delete(a.groups, o.rest[0])
		}
	case (name == "echo" || name == "printf") && slices.Contains(c.into, "/etc/passwd"):
		a.lines(strings.Join(args, "\n"), false)
	case (name == "echo" || name == "printf") && slices.Contains(c.into, "/etc/group"):
		a.lines(strings.Join(args, "\n"), true)
	}
	return "", ""
}

func baseName(word string) string { return word[strings.LastIndexByte(word, '/')+1:] }

func numberIn(o options, names ...string) (int64, bool) {
	text, ok := o.value(names...)
	if !ok {
		return 0, false
	}
	return id(text)
}

// id reads the number of a user or group.
func id(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n >= 0
}

func (a *accounts) setUser(name string, u source.ImageUser) {
	if name != "" && name != unknownWord {
		a.adopt(map[string]source.ImageUser{name: u}, nil)
	}
}

func (a *accounts) setGroup(name string, gid int64) {
	if name != "" && name != unknownWord {
		a.adopt(nil, map[string]int64{name: gid})
	}
}

// group returns the number of a group that is named or numbered.
func (a *accounts) group(word string) *int64 {
	if n, ok := id(word); ok {
		return &n
	}
	if word == "root" {
		return new(int64(0))
	}
	if n, ok := a.groups[word]; ok {
		return &n
	}
	return nil
}

// user returns the numbers of a user who is named or numbered; a number that no user has is in the group 0.
func (a *accounts) user(word string) source.ImageUser {
	if n, ok := id(word); ok {
		for _, name := range sorted.Keys(a.users) {
			if u := a.users[name]; u.UID != nil && *u.UID == n {
				return u
			}
		}
		if a.regular && (n >= 1000 || n == 0) {
			return source.ImageUser{UID: &n, GID: new(int64(0))}
		}
		return source.ImageUser{UID: &n}
	}
	if u, ok := a.users[word]; ok {
		return u
	}
	if word == "root" {
		return source.ImageUser{UID: new(int64(0)), GID: new(int64(0))}
	}
	return source.ImageUser{}
}

// lines reads lines of /etc/passwd or /etc/group that a command writes.
func (a *accounts) lines(text string, groups bool) {
	for line := range strings.Lines(strings.ReplaceAll(text, `\n`, "\n")) {
		fields := strings.Split(strings.TrimSpace(line), ":")
		if len(fields) < 3 {
			continue
		}
		n, ok := id(fields[2])
		switch {
		case !ok:
		case groups:
			a.setGroup(fields[0], n)
		case len(fields) >= 4:
			if gid, ok := id(fields[3]); ok {
				a.setUser(fields[0], source.ImageUser{UID: &n, GID: &gid})
			}
		}
	}
}

// chown returns the numbers of user[:group]; nil is not known. Without a group, COPY --chown takes the number of the user
// for the group as well, chown keeps the one that is there.
func (a *accounts) chown(word string) (uid, gid *int64) {
	name, group, hasGroup := strings.Cut(word, ":")
	if !hasGroup {
		name, group, hasGroup = cutDot(name)
	}
	if name != "" {
		uid = a.user(name).UID
	}
	switch {
	case hasGroup && group != "":
		gid = a.group(group)
	case hasGroup:
		gid = a.user(name).GID
	}
	return uid, gid
}

// cutDot splits the old form user.group, as long as that is no name with a dot.
func cutDot(name string) (user, group string, found bool) {
	user, group, found = strings.Cut(name, ".")
	if !found || user == "" || group == "" {
		return name, "", false
	}
	return user, group, true
}
