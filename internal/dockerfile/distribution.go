package dockerfile

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
)

// The families of base systems.
const (
	debian     = "debian"
	alpine     = "alpine"
	redHat     = "rhel"
	distroless = "distroless"
)

// account is a user of a base system.
type account struct {
	name     string
	uid, gid int64
}

// baseUsers are the users that every system of a family has before anything is installed.
// Sources: passwd.master of Debian's base-passwd (https://salsa.debian.org/debian/base-passwd), /etc/passwd of Alpine's
// alpine-baselayout (https://gitlab.alpinelinux.org/alpine/aports/-/tree/master/main/alpine-baselayout), Fedora's setup
// (https://pagure.io/setup), https://github.com/GoogleContainerTools/distroless/blob/main/common/variables.bzl.
var baseUsers = map[string][]account{
	debian: {
		{"root", 0, 0},
		{"daemon", 1, 1},
		{"bin", 2, 2},
		{"sys", 3, 3},
		{"sync", 4, 65534},
		{"games", 5, 60},
		{"man", 6, 12},
		{"lp", 7, 7},
		{"mail", 8, 8},
		{"news", 9, 9},
		{"uucp", 10, 10},
		{"proxy", 13, 13},
		{"www-data", 33, 33},
		{"backup", 34, 34},
		{"list", 38, 38},
		{"irc", 39, 39},
		{"nobody", 65534, 65534},
	},
	alpine: {
		{"root", 0, 0},
		{"bin", 1, 1},
		{"daemon", 2, 2},
		{"lp", 4, 7},
		{"sync", 5, 0},
		{"shutdown", 6, 0},
		{"halt", 7, 0},
		{"mail", 8, 12},
		{"news", 9, 13},
		{"uucp", 10, 14},
		{"cron", 16, 16},
		{"ftp", 21, 21},
		{"sshd", 22, 22},
		{"games", 35, 35},
		{"ntp", 123, 123},
		{"guest", 405, 100},
		{"nobody", 65534, 65534},
	},
	redHat: {
		{"root", 0, 0},
		{"bin", 1, 1},
		{"daemon", 2, 2},
		{"adm", 3, 4},
		{"lp", 4, 7},
		{"sync", 5, 0},
		{"mail", 8, 12},
		{"operator", 11, 0},
		{"games", 12, 100},
		{"ftp", 14, 50},
		{"nobody", 65534, 65534},
	},
	distroless: {{"root", 0, 0}, {"nobody", 65534, 65534}, {"nonroot", 65532, 65532}},
}

// baseGroups are the groups that every system of a family has, besides those of its users of the same name.
var baseGroups = map[string]map[string]int64{
	debian: {
		"root": 0, "daemon": 1, "bin": 2, "sys": 3, "adm": 4, "tty": 5, "disk": 6, "lp": 7, "mail": 8, "news": 9, "uucp": 10, "man": 12, "proxy": 13,
		"kmem": 15, "dialout": 20, "fax": 21, "voice": 22, "cdrom": 24, "floppy": 25, "tape": 26, "sudo": 27, "audio": 29, "dip": 30, "www-data": 33,
		"backup": 34, "operator": 37, "list": 38, "irc": 39, "src": 40, "shadow": 42, "utmp": 43, "video": 44, "sasl": 45, "plugdev": 46, "staff": 50,
		"games": 60, "users": 100, "nogroup": 65534,
	},
	alpine: {
		"root": 0, "bin": 1, "daemon": 2, "sys": 3, "adm": 4, "tty": 5, "disk": 6, "lp": 7, "kmem": 9, "wheel": 10, "floppy": 11, "mail": 12, "news": 13,
		"uucp": 14, "cron": 16, "audio": 18, "cdrom": 19, "dialout": 20, "ftp": 21, "sshd": 22, "input": 23, "tape": 26, "video": 27, "netdev": 28,
		"kvm": 34, "games": 35, "shadow": 42, "www-data": 82, "users": 100, "ntp": 123, "abuild": 300, "utmp": 406, "ping": 999, "nogroup": 65533, "nobody": 65534,
	},
	redHat: {
		"root": 0, "bin": 1, "daemon": 2, "sys": 3, "adm": 4, "tty": 5, "disk": 6, "lp": 7, "mem": 8, "kmem": 9, "wheel": 10, "cdrom": 11, "mail": 12,
		"man": 15, "dialout": 18, "floppy": 19, "games": 20, "tape": 33, "video": 39, "ftp": 50, "lock": 54, "audio": 63, "users": 100, "nobody": 65534,
	},
	distroless: {"root": 0, "nobody": 65534, "nonroot": 65532},
}

// baseImage is what the name of an image tells about its base system.
type baseImage struct {
	repositories []string // of Docker Hub's official images, or with a registry
	tags         string   // regular expression, "" is all
	family       string
	// people are the users with a number from 1000 on; regular says that there are no others, so that the number of the next
	// one is known.
	people  []account
	regular bool
}

// known lists base images by what everybody can read in their Dockerfiles; the first row that matches counts.
var known = []baseImage{
	{repositories: []string{"node"}, tags: `alpine`, family: alpine, people: []account{{"node", 1000, 1000}}, regular: true},
	{repositories: []string{"node"}, family: debian, people: []account{{"node", 1000, 1000}}, regular: true},
	{repositories: []string{"php"}, tags: `alpine`, family: alpine, people: []account{{"www-data", 82, 82}}, regular: true},
	{repositories: []string{"nginx"}, tags: `alpine`, family: alpine, people: []account{{"nginx", 101, 101}}, regular: true},
	{repositories: []string{"nginx"}, family: debian, people: []account{{"nginx", 101, 101}}, regular: true},
	{repositories: []string{"ubuntu"}, tags: `^(latest|rolling|devel|noble|oracular|plucky|questing|resolute|2[3-9]\.|24)`, family: debian, people: []account{{"ubuntu", 1000, 1000}}, regular: true},
	{repositories: []string{"debian", "ubuntu"}, family: debian, regular: true},
	{repositories: []string{"alpine"}, family: alpine, regular: true},
	{repositories: []string{"python", "golang", "ruby", "php", "rust", "httpd", "haxe", "pypy", "perl", "elixir", "erlang", "buildpack-deps", "gcc"}, tags: `alpine`, family: alpine, regular: true},
	{repositories: []string{"python", "golang", "ruby", "php", "rust", "httpd", "pypy", "perl", "elixir", "erlang", "buildpack-deps", "gcc", "composer"}, tags: `^[^w]*$|bookworm|bullseye|trixie|buster`, family: debian, regular: true},
	{repositories: []string{"composer", "docker", "caddy", "adminer", "traefik"}, family: alpine},
	{repositories: []string{"fedora", "centos", "rockylinux", "almalinux", "amazonlinux", "oraclelinux"}, family: redHat, regular: true},
	{repositories: []string{"rockylinux/rockylinux", "registry.access.redhat.com/ubi8", "registry.access.redhat.com/ubi9", "registry.access.redhat.com/ubi8/ubi", "registry.access.redhat.com/ubi9/ubi", "registry.access.redhat.com/ubi8/ubi-minimal", "registry.access.redhat.com/ubi9/ubi-minimal"}, family: redHat, regular: true},
}

var (
	alpineTag = pattern.New(`alpine`)
	debianTag = pattern.New(`bookworm|bullseye|buster|trixie|stretch|(^|-)slim|jammy|noble|focal|bionic|debian|ubuntu`)
	otherTag  = pattern.New(`ubi|oracle|windows|nanoserver|amazon|rhel|centos|distroless|chainguard|wolfi`)
)

// base returns what the name of an image tells about its base system. regular images have no user from 1000 on besides people.
func baseOf(reference string) (family string, people []account, regular bool) {
	repository, tag := split(reference)
	if strings.HasPrefix(repository, "gcr.io/distroless/") {
		return distroless, nil, false
	}
	for _, row := range known {
		if slices.Contains(row.repositories, repository) && (row.tags == "" || regexp.MustCompile(row.tags).MatchString(tag)) {
			return row.family, row.people, row.regular
		}
	}
	switch {
	case otherTag.MatchString(tag) || otherTag.MatchString(path.Base(repository)):
		return "", nil, false
	case alpineTag.MatchString(tag):
		return alpine, nil, false
	case debianTag.MatchString(tag):
		return debian, nil, false
	}
	return "", nil, false
}

// split returns repository and tag of a reference, official images of Docker Hub by their last element alone.
func split(reference string) (repository, tag string) {
	name, _, _ := strings.Cut(reference, "@")
	tag = "latest"
	if colon := strings.LastIndex(name, ":"); colon > strings.LastIndex(name, "/") {
		name, tag = name[:colon], name[colon+1:]
	}
	for _, prefix := range []string{"docker.io/", "index.docker.io/", "mirror.gcr.io/", "public.ecr.aws/docker/"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return strings.TrimPrefix(name, "library/"), tag
}

// packageManagers tell the family of a system that has them.
var packageManagers = map[string]string{
	"apt-get": debian, "apt": debian, "dpkg": debian, "apk": alpine, "dnf": redHat, "yum": redHat, "microdnf": redHat,
}

// DistributionFacts returns what the name of an image tells about its users: those that its distribution always has.
// Nothing is said of images other than the official ones and those of distributions: a tag such as slim is a habit.
func DistributionFacts(reference string) source.ImageFacts {
	repository, _ := split(reference)
	if !slices.ContainsFunc(known, func(row baseImage) bool { return slices.Contains(row.repositories, repository) }) {
		return source.ImageFacts{}
	}
	family, people, _ := baseOf(reference)
	if family == "" {
		return source.ImageFacts{}
	}
	f := source.ImageFacts{Source: "what every system of the family " + family + " has", Distribution: family}
	f.Users, f.GroupIDs = usersOf(family, people)
	return f
}

// usersOf returns the users and groups of a family and an image.
func usersOf(family string, people []account) (map[string]source.ImageUser, map[string]int64) {
	if family == "" {
		return nil, nil
	}
	users, groups := map[string]source.ImageUser{}, map[string]int64{}
	maps.Copy(groups, baseGroups[family])
	for _, a := range slices.Concat(baseUsers[family], people) {
		users[a.name] = source.ImageUser{UID: new(a.uid), GID: new(a.gid)}
	}
	for _, a := range people {
		groups[a.name] = a.gid
	}
	return users, groups
}
