package registry

import (
	"path"
	"slices"
	"strings"
)

// tree is the file system of an image as far as its layers have been read, top first.
type tree struct {
	layers   []*layer
	complete bool // every layer has been read
	asked    map[string]bool
	searched map[string]bool // asked, and the directories above
}

// state says how much is known about a path.
type state uint8

const (
	absent  state = iota
	present       // it is there
	open          // a layer that was not read decides
	unasked       // the layers were not searched for it
)

func newTree(q question) *tree {
	t := &tree{asked: map[string]bool{}, searched: map[string]bool{}}
	for _, p := range q.paths {
		t.asked[p], t.searched[p] = true, true
		for d := path.Dir(p); d != "/"; d = path.Dir(d) {
			t.searched[d] = true
		}
	}
	return t
}

// hides reports whether a layer hides what lower layers have at a path.
func (l *layer) hides(p string) bool {
	if l.Removed[p] {
		return true
	}
	for d := path.Dir(p); d != "/"; d = path.Dir(d) {
		if e, ok := l.Entries[d]; l.Removed[d] || l.Opaque[d] || ok && !e.isDir() {
			return true
		}
	}
	return false
}

// lookup returns what is at a path, without following links.
func (t *tree) lookup(p string) (entry, state) {
	if p == "/" {
		return entry{Kind: "directory", Mode: 0o755}, present
	}
	if !t.searched[p] {
		return entry{}, unasked
	}
	implicit := false
	known := func(e entry) (entry, state) {
		if implicit && !e.isDir() { // the directory above replaces what is below
			return entry{Kind: "directory", Mode: 0o755}, present
		}
		return e, present
	}
	for _, l := range t.layers {
		e, ok := l.Entries[p]
		if ok && !e.Implicit {
			return known(e)
		}
		implicit = implicit || ok
		if l.hides(p) {
			return undescribed(implicit)
		}
	}
	if !t.complete {
		return entry{}, open
	}
	return undescribed(implicit)
}

// undescribed is the end of a search: a directory that only what is below it tells of gets what runtimes give it.
func undescribed(implicit bool) (entry, state) {
	if implicit {
		return entry{Kind: "directory", Mode: 0o755}, present
	}
	return entry{}, absent
}

// hasContent reports whether anything is in a directory.
func (t *tree) hasContent(dir string) state {
	if dir == "/" { // /etc/passwd is asked of every image, and the root of an empty one is no place to mount
		return present
	}
	var removed []string
	for _, l := range t.layers {
		if below := l.Below[dir]; below != nil {
			for _, name := range below.Present {
				if !slices.Contains(removed, name) {
					return present
				}
			}
			removed = append(removed, below.Removed...)
		}
		if e, ok := l.Entries[dir]; l.Opaque[dir] || l.hides(dir) || ok && !e.isDir() {
			return absent
		}
	}
	if !t.complete {
		return open
	}
	return absent
}

// maxLinks is how many links are followed, as the kernel has it.
const maxLinks = 40

// resolve follows the links of a path inside the image and returns where it leads.
func (t *tree) resolve(p string) (string, entry, state) {
	rest := strings.Split(strings.TrimPrefix(path.Clean(p), "/"), "/")
	at, links := "/", 0
	current := entry{Kind: "directory", Mode: 0o755}
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = path.Dir(at)
			continue
		}
		next := path.Join(at, name)
		e, s := t.lookup(next)
		if s != present {
			return path.Join(append([]string{next}, rest...)...), entry{}, s
		}
		if e.Kind != "link" {
			if !e.isDir() && len(rest) > 0 {
				return path.Join(append([]string{next}, rest...)...), entry{}, absent
			}
			at, current = next, e
			continue
		}
		if links++; links > maxLinks {
			return next, entry{}, absent
		}
		if path.IsAbs(e.Link) {
			at = "/"
		}
		rest = append(strings.Split(e.Link, "/"), rest...)
		current = entry{Kind: "directory", Mode: 0o755}
	}
	if at != "/" { // a link may have ended in a directory that was passed before
		e, s := t.lookup(at)
		return at, e, s
	}
	return at, current, present
}

// text returns the content of a file, following links, and whether it is known.
func (t *tree) text(p string) (string, bool) {
	at, e, s := t.resolve(p)
	if s != present || e.Kind != "file" {
		return "", s == absent // no file is an empty one
	}
	for _, l := range t.layers {
		if _, ok := l.Entries[at]; ok {
			content, known := l.Content[at]
			return content, known
		}
	}
	return "", false
}

// wanting returns the paths that have to be asked for as well, because links lead there, and whether a layer that was not
// read could still change an answer.
func (t *tree) wanting(q question) (more question, undecided bool) {
	for _, p := range q.paths {
		at, e, s := t.resolve(p)
		switch s {
		case open:
			undecided = true
		case unasked:
			more.paths = append(more.paths, at)
			if contains(q.texts, p) {
				more.texts = append(more.texts, at)
			}
		case present:
			switch {
			case e.isDir() && at != "/" && !t.asked[at]: // what is in it was not looked for
				more.paths = append(more.paths, at)
			case e.isDir() && t.hasContent(at) == open:
				undecided = true
			}
			if contains(q.texts, p) && !contains(q.texts, at) {
				more.paths, more.texts = append(more.paths, at), append(more.texts, at)
			}
		}
	}
	return more, undecided
}
