package dockerfile

import (
	"path"
	"slices"
	"strings"

	"github.com/transship/transship/source"
)

// step is an instruction as far as it can change the files of the image.
type step interface {
	// effect returns what is at a path after the step. what was there before may be unknown.
	effect(target string, before source.ImagePath) source.ImagePath
}

// at returns what the image has at a path after all steps of the stage.
func (s *stage) at(target string) source.ImagePath {
	p, ok := s.base.Paths[target]
	if !ok && s.facts.BaseImage == "scratch" {
		p = source.ImagePath{Exists: source.No, Directory: source.No, Content: source.No}
	}
	for _, step := range s.steps {
		p = step.effect(target, p)
	}
	return p
}

// seen is at for a stage that is complete: each path is followed once, however often stages copy from each other.
func (s *stage) seen(target string) source.ImagePath {
	if p, ok := s.known[target]; ok {
		return p
	}
	p := s.at(target)
	if s.known == nil {
		s.known = map[string]source.ImagePath{}
	}
	s.known[target] = p
	return p
}

// has marks a path as a directory with something in it.
func has(p source.ImagePath, evidence string) source.ImagePath {
	p.Exists, p.Directory, p.Content = source.Yes, source.Yes, source.Yes
	p.Evidence = evidence
	return p
}

// mayHave marks a path as one where a step may well have put something.
func mayHave(p source.ImagePath, evidence string) source.ImagePath {
	if p.Content == source.Yes || p.Directory == source.No && p.Exists == source.Yes {
		return p
	}
	p.Content, p.Evidence = source.Likely, evidence
	if p.Exists != source.Yes {
		p.Exists = source.Likely
	}
	if p.Directory != source.Yes {
		p.Directory = source.Likely
	}
	return p
}

// isMade marks a path as an existing directory, made by the step if it was not there.
func isMade(p source.ImagePath, uid, gid *int64, mode string) source.ImagePath {
	if p.Exists != source.Yes {
		if p.Exists == source.No {
			p.Content = source.No
		}
		if p.Content != source.Likely {
			p.UID, p.GID, p.Mode, p.Given = uid, gid, mode, false
		}
	}
	p.Exists, p.Directory = source.Yes, source.Yes
	return p
}

// workdirStep makes a directory, which belongs to root.
type workdirStep struct{ dir string }

func (w workdirStep) effect(target string, p source.ImagePath) source.ImagePath {
	switch {
	case w.dir == target:
		return isMade(p, new(int64(0)), new(int64(0)), "0755")
	case isBelow(w.dir, target):
		return has(p, "WORKDIR "+w.dir)
	}
	return p
}

// mayHaveMade takes back what was known to be missing: no word of the command tells that it makes anything there, and
// nothing tells that it does not.
func (commandStep) mayHaveMade(p source.ImagePath) source.ImagePath {
	if p.Content == source.No && (p.Directory != source.No || p.Exists == source.No) {
		p.Content = source.Unknown
		if p.Exists == source.No {
			p.Exists, p.Directory = source.Unknown, source.Unknown
		}
	}
	return p
}

// packages are what packages are called that bring a program of another name, by the beginnings of their names.
// Sources: https://packages.debian.org/, https://pkgs.alpinelinux.org/packages
var packages = map[string][]string{
	"/usr/bin/nc": {"netcat", "nc", "nmap", "busybox", "ucspi", "openbsd-netcat"}, "/usr/bin/ncat": {"nmap", "ncat"}, "/usr/bin/netcat": {"netcat"},
	"/usr/bin/telnet": {"telnet", "inetutils", "busybox-extras"}, "/usr/bin/netstat": {"net-tools"}, "/usr/bin/ss": {"iproute", "iproute2"},
	"/usr/bin/dig": {"dnsutils", "bind"}, "/usr/bin/nslookup": {"dnsutils", "bind"}, "/usr/bin/ping": {"iputils", "inetutils"}, "/usr/bin/jq": {"jq"},
	"/usr/bin/lsof": {"lsof"}, "/usr/bin/cgi-fcgi": {"libfcgi", "fcgi"},
}

// installs reports whether a package of the name of a directory on the way to a path is installed, or one that brings the program there.
func installs(args []string, target string) bool {
	elements := strings.Split(target, "/")
	for _, beginning := range packages[target] {
		if slices.ContainsFunc(args, func(word string) bool { return strings.HasPrefix(word, beginning) }) {
			return true
		}
	}
	for _, word := range args {
		word, _, _ = strings.Cut(word, "=")
		word = strings.TrimRight(word, "0123456789.-")
		if len(word) >= 4 && word != "install" && slices.Contains(elements, word) {
			return true
		}
	}
	return false
}

// dependencies are the directories into which the tools of languages install.
var dependencies = map[string]string{
	"npm": "node_modules", "yarn": "node_modules", "pnpm": "node_modules", "bun": "node_modules", "composer": "vendor", "bundle": "vendor",
	"bower": "bower_components", "uv": ".venv", "poetry": ".venv", "mix": "deps",
}

// elsewhere are tools that write outside the directory they work in.
var elsewhere = map[string]bool{
	"pip": true, "pip3": true, "gem": true, "docker-php-ext-install": true, "docker-php-ext-configure": true, "docker-php-ext-enable": true,
	"pecl": true, "pear": true, "a2enmod": true, "a2dismod": true, "a2ensite": true, "a2dissite": true, "corepack": true, "apt-key": true,
	"add-apt-repository": true, "dpkg-reconfigure": true, "update-alternatives": true, "rustup": true, "cargo-install": true, "git-config": true,
	"curl": true, "wget": true, "gosu": true, "chmod": true, "dotnet-restore": true, "service": true, "yarnpkg": true,
}

// writesIn reports whether a command that works in dir may well make something at a path there.
func writesIn(name string, args []string, dir, target string) bool {
	if elsewhere[name] {
		return false
	}
	below, isTool := dependencies[name]
	if !isTool || slices.ContainsFunc(args, func(a string) bool { return a == "run" || a == "build" || a == "exec" || a == "run-script" }) {
		return true
	}
	place := path.Join(dir, below)
	return place == target || isBelow(target, place) || isBelow(place, target)
}
