package dockerfile

import (
	"maps"
	"slices"
	"strconv"
	"strings"

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
		for _, name := range slices.Sorted(maps.Keys(a.users)) {
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
	for _, name := range slices.Sorted(maps.Keys(a.users)) {
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
