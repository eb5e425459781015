package dockerfile

import (
	"path"
	"strings"

	"github.com/transship/transship/source"
)

// commandStep is one command of a RUN.
type commandStep struct {
	command
	uid, gid *int64 // who runs it
	who      accounts
}

// harmless are the commands whose effects on files are followed here, or that write none where somebody mounts something.
var harmless = map[string]bool{
	"mkdir": true, "chown": true, "chgrp": true, "chmod": true, "touch": true, "rm": true, "rmdir": true, "echo": true, "printf": true, "set": true,
	"true": true, ":": true, "test": true, "[": true, "useradd": true, "adduser": true, "groupadd": true, "addgroup": true, "usermod": true,
	"groupmod": true, "userdel": true, "deluser": true, "groupdel": true, "delgroup": true, "export": true, "install": true, "id": true, "getent": true,
	"grep": true, "cat": true, "ls": true, "sleep": true, "setcap": true, "ldconfig": true, "update-ca-certificates": true, "chsh": true, "passwd": true,
	"ln": true, "cp": true, "mv": true, "sed": true, "exit": true, "unset": true, "pwd": true, "which": true, "locale-gen": true,
}

// namesPackages are programs that install what their words name, or nothing for all.
var namesPackages = map[string]bool{
	"apt-get": true, "apt": true, "apk": true, "yum": true, "dnf": true, "microdnf": true, "zypper": true, "dpkg": true, "pip": true, "pip3": true, "pipenv": true, "poetry": true, "uv": true,
	"npm": true, "npx": true, "yarn": true, "pnpm": true, "bun": true, "corepack": true, "gem": true, "bundle": true, "composer": true, "go": true, "cargo": true, "mvn": true, "gradle": true,
	"dotnet": true, "mix": true, "python": true, "python3": true, "node": true, "tar": true, "unzip": true, "gunzip": true, "curl": true, "wget": true, "git": true, "a2enmod": true, "pecl": true,
	"docker-php-ext-install": true, "docker-php-ext-configure": true, "docker-php-ext-enable": true, "strip": true, "gpg": true, "rails": true, "env": true, "cd": true, "find": true, "xargs": true,
}

func (c commandStep) effect(target string, p source.ImagePath) source.ImagePath {
	name := baseName(c.words[0])
	args := c.words[1:]
	switch name {
	case "mkdir", "install":
		return c.make(name, args, target, p)
	case "chown", "chgrp":
		return c.own(name, args, target, p)
	case "chmod":
		return c.mode(args, target, p)
	case "rm", "rmdir":
		return c.remove(args, target, p)
	case "touch", "ln", "cp", "mv", "tee":
		return c.put(name, args, target, p)
	}
	for _, into := range c.into {
		if into != "" && isBelow(into, target) {
			return has(p, c.text)
		}
	}
	if c.touches(name, args, target) {
		return mayHave(p, c.text)
	}
	if !harmless[name] {
		if path.Dir(target) == "/usr/bin" && !namesPackages[name] { // a script, or an installer that is fetched
			return mayHave(p, c.text)
		}
		return c.mayHaveMade(p)
	}
	return p
}

func (c commandStep) make(name string, args []string, target string, p source.ImagePath) source.ImagePath {
	o := parseOptions(args, "m", "mode", "o", "owner", "g", "group", "t", "target-directory", "Z", "context")
	uid, gid := c.uid, c.gid
	if owner, ok := o.value("o", "owner"); ok {
		uid = c.who.user(owner).UID
	}
	if group, ok := o.value("g", "group"); ok {
		gid = c.who.group(group)
	}
	mode, _ := o.value("m", "mode")
	if mode = octal(mode); mode == "" && !o.has("m", "mode") {
		mode = "0755"
	}
	directories := name == "mkdir" || o.has("d", "directory")
	for i, word := range o.rest {
		place := join(c.dir, word)
		switch {
		case place == "":
		case directories && place == target:
			p = isMade(p, uid, gid, mode)
			if name == "mkdir" && !o.has("p", "parents") && p.Content == source.Unknown {
				p.Content = source.No // it fails where there is something
			}
			if name == "install" { // it sets them also where the directory is there
				p.UID, p.GID, p.Mode, p.Given = uid, gid, mode, uid == nil && o.has("o", "owner")
			}
		case directories && isBelow(place, target):
			made := isMade(p, c.uid, c.gid, "0755")
			p = has(made, c.text)
		case !directories && i == len(o.rest)-1 && len(o.rest) > 1 && (isBelow(place, target) || place == target):
			p = has(p, c.text)
		}
	}
	return p
}

func (c commandStep) own(name string, args []string, target string, p source.ImagePath) source.ImagePath {
	o := parseOptions(args, "reference", "from")
	if len(o.rest) < 2 || o.has("reference") {
		return p
	}
	for _, word := range o.rest[1:] {
		place := join(c.dir, word)
		recursive := o.has("R", "recursive")
		if place != "" && strings.ContainsAny(place, "*?[") {
			place = matched(place, target)
		}
		if place == "" || place != target && (!recursive || !isBelow(target, place)) {
			continue
		}
		if place != target && p.Exists != source.Yes {
			// Whatever is there belongs to this user then.
			if p.Exists == source.No {
				continue
			}
		}
		if place == target {
			p.Exists = source.Yes // it fails otherwise
		}
		if name == "chgrp" {
			p.GID = c.who.group(o.rest[0])
			continue
		}
		uid, gid := c.who.chown(o.rest[0])
		if uid != nil || !strings.HasPrefix(o.rest[0], ":") {
			p.UID, p.Given = uid, uid == nil
		}
		if strings.ContainsAny(o.rest[0], ":.") {
			p.GID = gid
		}
	}
	return p
}

// matched returns the path that a pattern of the shell stands for, the target or a directory above it; "" if it matches neither.
func matched(pattern, target string) string {
	for dir := target; dir != "/" && dir != "."; dir = path.Dir(dir) {
		if ok, err := path.Match(pattern, dir); ok && err == nil {
			return dir
		}
	}
	return ""
}

func (c commandStep) mode(args []string, target string, p source.ImagePath) source.ImagePath {
	var words []string
	recursive := false
	for _, a := range args {
		switch {
		case a == "-R" || a == "--recursive":
			recursive = true
		case strings.HasPrefix(a, "--"):
		default:
			words = append(words, a)
		}
	}
	for i, word := range words {
		place := join(c.dir, word)
		if place != "" && strings.ContainsAny(place, "*?[") {
			place = matched(place, target)
		}
		if i == 0 || place == "" || place != target && (!recursive || !isBelow(target, place)) {
			continue
		}
		p.Mode = octal(words[0])
		if place == target {
			p.Exists = source.Yes
		}
	}
	return p
}

// octal returns a mode as "0755"; "" for one that changes what was there.
func octal(mode string) string {
	if mode == "" || strings.Trim(mode, "01234567") != "" || len(mode) > 5 {
		return ""
	}
	mode = strings.TrimLeft(mode, "0")
	return strings.Repeat("0", max(0, 4-len(mode))) + mode
}

func (c commandStep) remove(args []string, target string, p source.ImagePath) source.ImagePath {
	o := parseOptions(args)
	for _, word := range o.rest {
		place := join(c.dir, word)
		switch {
		case place == "":
		case place == target || isBelow(target, place):
			p = source.ImagePath{Exists: source.No, Directory: source.No, Content: source.No}
		case isBelow(place, target) && p.Content == source.Yes:
			p.Content = source.Likely
		}
	}
	return p
}

func (c commandStep) put(name string, args []string, target string, p source.ImagePath) source.ImagePath {
	o := parseOptions(args, "t", "target-directory", "m", "mode", "d", "date", "r", "reference", "S", "suffix")
	places := o.rest
	if dir, ok := o.value("t", "target-directory"); ok {
		places = []string{dir + "/x"}
	} else if name != "touch" && name != "tee" && len(places) > 1 {
		if name == "mv" {
			p = commandStep{command: command{words: append([]string{"rm"}, places[:len(places)-1]...), dir: c.dir}}.remove(places[:len(places)-1], target, p)
		}
		places = places[len(places)-1:]
	}
	for _, word := range places {
		place := join(c.dir, word)
		switch {
		case place == "":
		case isBelow(place, target):
			p = has(p, c.text)
		case place == target && name == "ln":
			p = source.ImagePath{Exists: source.Yes, Evidence: c.text, Content: source.Likely}
		case place == target && name != "touch" && name != "tee":
			p = mayHave(p, c.text)
		case isBelow(target, place) && (name == "cp" || name == "mv"):
			p = mayHave(p, c.text)
		}
	}
	return p
}
