package dockerfile

import (
	"path"
	"regexp"
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

// isBelow reports whether a path lies strictly below a directory.
func isBelow(p, dir string) bool {
	return dir == "/" && p != "/" || strings.HasPrefix(p, dir+"/")
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
			p.UID, p.GID, p.Mode = uid, gid, mode
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

// copyStep is a COPY or ADD.
type copyStep struct {
	text     string // for people
	sources  []string
	dest     string // absolute
	isDir    bool   // dest is certainly a directory
	uid, gid *int64 // --chown; nil is root
	owned    bool   // --chown is given
	context  *buildContext
	inline   []string // names of here-documents
	stage    *stage   // --from a stage
	add      bool
	opaque   bool // nothing can be said about what comes: --from an image, --parents
}

// archive matches what ADD unpacks.
var archive = regexp.MustCompile(`\.(tar|tar\.\w+|tgz|tbz2?|txz)$`)

func (c copyStep) effect(target string, p source.ImagePath) source.ImagePath {
	if isBelow(c.dest, target) {
		return c.own(has(p, c.text), p)
	}
	if target != c.dest && !isBelow(target, c.dest) {
		return p
	}
	for _, name := range c.inline {
		p = c.file(target, path.Base(name), "", p)
	}
	for _, s := range c.sources {
		switch {
		case c.opaque:
			p = c.something(target, p)
		case c.stage != nil:
			p = c.fromStage(target, s, p)
		case c.add && (strings.Contains(s, "://") || strings.HasPrefix(s, "git@")):
			p = c.something(target, p)
		case c.context != nil:
			p = c.fromContext(target, s, p)
		}
	}
	return p
}

// something is the effect of a source that cannot be looked into.
func (c copyStep) something(target string, p source.ImagePath) source.ImagePath {
	if target == c.dest && c.isDir {
		return has(p, c.text)
	}
	return mayHave(p, c.text)
}

// file is the effect of one file that is copied.
func (c copyStep) file(target, name, from string, p source.ImagePath) source.ImagePath {
	place := c.dest
	if c.isDir || p.Directory == source.Yes && target == c.dest {
		place = path.Join(c.dest, name)
	}
	switch {
	case isBelow(place, target):
		return c.own(has(p, c.text), p)
	case place == target:
		out := source.ImagePath{Exists: source.Yes, Directory: source.No, Content: source.No, UID: c.uid, GID: c.gid}
		if from != "" {
			out.CopiedFrom = []string{from}
		}
		if !c.owned {
			out.UID, out.GID = new(int64(0)), new(int64(0))
		}
		return out
	}
	return p
}

// own gives a directory that the copy makes to the owner that --chown names.
func (c copyStep) own(p, before source.ImagePath) source.ImagePath {
	if before.Exists == source.Yes || before.Exists == source.Likely {
		return p
	}
	switch {
	case c.owned:
		p.UID, p.GID = c.uid, c.gid
	case before.Exists == source.No:
		p.UID, p.GID = new(int64(0)), new(int64(0))
	}
	return p
}

func (c copyStep) fromContext(target, pattern string, p source.ImagePath) source.ImagePath {
	if c.context.dir == "" {
		return c.something(target, p)
	}
	matches := c.context.glob(pattern)
	if len(matches) == 0 { // what is not here now may be made before the build
		return c.something(target, p)
	}
	for _, m := range matches {
		f := c.context.at(m)
		switch {
		case !f.exists:
			p = c.something(target, p)
		case !f.isDir && c.add && archive.MatchString(m):
			p = c.unpacked(target, p)
		case !f.isDir:
			p = c.file(target, path.Base(m), f.abs, p)
		default:
			p = c.directory(target, m, f, p)
		}
	}
	return p
}

func (c copyStep) unpacked(target string, p source.ImagePath) source.ImagePath {
	if target == c.dest {
		return c.own(has(p, c.text), p)
	}
	return mayHave(p, c.text)
}

// directory is the effect of a directory whose content is copied to dest.
func (c copyStep) directory(target, from string, f found, before source.ImagePath) source.ImagePath {
	if target != c.dest {
		f = c.context.at(path.Join(from, strings.TrimPrefix(target, strings.TrimSuffix(c.dest, "/")+"/")))
	}
	p := before
	switch {
	case !f.exists:
		return p
	case !f.isDir:
		p = source.ImagePath{Exists: source.Yes, Directory: source.No, Content: source.No}
		p.UID, p.GID = c.uid, c.gid
		if !c.owned {
			p.UID, p.GID = new(int64(0)), new(int64(0))
		}
	case f.content:
		p = c.own(has(p, c.text), before)
	default:
		p = c.own(isMade(p, nil, nil, ""), before)
	}
	if !slices.Contains(p.CopiedFrom, f.abs) {
		p.CopiedFrom = append(slices.Clone(p.CopiedFrom), f.abs)
	}
	return p
}

// fromStage looks into the stage that is copied from.
func (c copyStep) fromStage(target, pattern string, before source.ImagePath) source.ImagePath {
	from := path.Clean("/" + pattern)
	if strings.ContainsAny(from, `*?[\`) {
		return c.something(target, before)
	}
	inside := from
	if target != c.dest {
		inside = path.Join(from, strings.TrimPrefix(target, strings.TrimSuffix(c.dest, "/")+"/"))
	}
	there := c.stage.seen(inside)
	switch {
	case there.Exists == source.Yes && there.Directory == source.No:
		return c.file(target, path.Base(from), "", before)
	case there.Exists == source.Yes && there.Content == source.Yes:
		return c.own(has(before, c.text), before)
	case there.Exists == source.No, there.Exists == source.Yes && there.Content == source.No && target != c.dest:
		return before
	case there.Exists == source.Yes && there.Content == source.No:
		return c.own(isMade(before, nil, nil, ""), before)
	}
	return c.something(target, before)
}

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
		return c.mayHaveMade(p)
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
				p.UID, p.GID, p.Mode = uid, gid, mode
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
			p.UID = uid
		}
		if strings.ContainsAny(o.rest[0], ":.") {
			p.GID = gid
		}
	}
	return p
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

// touches reports whether a word of a command speaks for it that the command writes at a path: the path itself or what is
// below it; the directory that the command works in, for commands that write there; the name of a package that is
// installed.
func (c commandStep) touches(name string, args []string, target string) bool {
	if packageManagers[name] != "" {
		return installs(args, target)
	}
	if harmless[name] {
		return false
	}
	for _, word := range args {
		if word == unknownWord {
			continue
		}
		if _, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "-") {
			word = value
		}
		if strings.HasPrefix(word, "-") && len(word) > 3 && word[2] == '/' { // -C/dir, -d/dir
			word = word[2:]
		}
		place := join("/\x00", word)
		if path.IsAbs(word) && (place == target || isBelow(place, target)) || c.words[0] == unknownWord && strings.Contains(word, target) {
			return true
		}
	}
	return c.dir != "" && c.dir != "/" && (c.dir == target || isBelow(target, c.dir)) && writesIn(name, args, c.dir, target)
}

// installs reports whether a package of the name of a directory on the way to a path is installed.
func installs(args []string, target string) bool {
	elements := strings.Split(target, "/")
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
