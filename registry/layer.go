package registry

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

const (
	// maxText bounds /etc/passwd and /etc/group.
	maxText = 1 << 20
	// maxNames bounds how many names below one directory are kept from one layer: enough to see whether any is left when
	// the layers above have removed some.
	maxNames = 4096
	// maxPath is how long a path is that a kernel takes, in bytes.
	maxPath = 4096
)

// question is what a layer is searched for. Paths are absolute and cleaned.
type question struct {
	paths []string
	texts []string // files whose content is wanted, among paths
}

// with returns the question with further paths.
func (q question) with(paths ...string) question {
	q.paths = sorted(append(slices.Clone(q.paths), paths...))
	return q
}

// includes reports whether an answer to q answers other as well.
func (q question) includes(other question) bool {
	for _, p := range other.paths {
		if !contains(q.paths, p) {
			return false
		}
	}
	for _, p := range other.texts {
		if !contains(q.texts, p) {
			return false
		}
	}
	return true
}

// entry is what a layer has at a path.
type entry struct {
	Kind     string `json:"kind"`               // "directory", "link" or "file" (anything else)
	Implicit bool   `json:"implicit,omitempty"` // a directory that only what is below it tells of
	UID      int64  `json:"uid,omitempty"`
	GID      int64  `json:"gid,omitempty"`
	Mode     int64  `json:"mode,omitempty"` // permission bits with setuid, setgid and sticky
	Link     string `json:"link,omitempty"` // target of a symbolic link
}

func (e entry) isDir() bool { return e.Kind == "directory" }

// names are what a layer has directly below a directory.
type names struct {
	Present []string `json:"present,omitempty"`
	Removed []string `json:"removed,omitempty"` // whited out: what lower layers have there is gone
}

// layer is what one layer says about a question.
type layer struct {
	Asked   []string          `json:"asked"`
	Texts   []string          `json:"texts,omitempty"`
	Entries map[string]entry  `json:"entries,omitempty"`
	Below   map[string]*names `json:"below,omitempty"`
	Removed map[string]bool   `json:"removed,omitempty"` // whited out
	Opaque  map[string]bool   `json:"opaque,omitempty"`  // directories that hide what lower layers have in them
	Content map[string]string `json:"content,omitempty"` // of the texts
}

// errUnsafe is a layer that no container runtime would unpack.
var errUnsafe = errors.New("it is not safe to unpack")

// scan reads the tar of a layer to its end and keeps what answers the question: however large the layer is, the memory that
// is used is bounded by the question. Whiteouts are those of the image specification.
// Source: https://github.com/opencontainers/image-spec/blob/main/layer.md
func scan(ctx context.Context, r io.Reader, q question) (*layer, error) {
	s := newScanner(q)
	files := tar.NewReader(r)
	for {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read a layer: %w", err)
		}
		if err := s.add(header, files); err != nil {
			return nil, err
		}
	}
	// What follows the end of the archive counts for the digest.
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, fmt.Errorf("read a layer: %w", err)
	}
	return s.out, nil
}

type scanner struct {
	asked, above, texts map[string]bool // above: directories on the way to what is asked
	out                 *layer
	seen                map[string]map[string]bool // names below the directories that are asked
}

func newScanner(q question) *scanner {
	s := &scanner{
		asked: map[string]bool{}, above: map[string]bool{}, texts: map[string]bool{}, seen: map[string]map[string]bool{},
		out: &layer{
			Asked: sorted(q.paths), Texts: sorted(q.texts), Entries: map[string]entry{}, Below: map[string]*names{},
			Removed: map[string]bool{}, Opaque: map[string]bool{}, Content: map[string]string{},
		},
	}
	for _, p := range q.paths {
		s.asked[p] = true
		for d := path.Dir(p); d != "/"; d = path.Dir(d) {
			s.above[d] = true
		}
	}
	for _, p := range q.texts {
		s.texts[p] = true
	}
	return s
}

func (s *scanner) isOfInterest(p string) bool { return s.asked[p] || s.above[p] }

func (s *scanner) add(h *tar.Header, content io.Reader) error {
	if len(h.Name) > maxPath {
		return fmt.Errorf("the layer has an entry whose name has %d bytes: %w", len(h.Name), errUnsafe)
	}
	if slices.Contains(strings.Split(h.Name, "/"), "..") {
		return fmt.Errorf("the layer has an entry %q, which leads out of the image: %w", shortened(h.Name), errUnsafe)
	}
	p := path.Clean("/" + h.Name)
	if p == "/" {
		return nil
	}
	dir, base := path.Dir(p), path.Base(p)
	if removed, isWhiteout := strings.CutPrefix(base, ".wh."); isWhiteout {
		return s.remove(dir, removed)
	}
	if s.isOfInterest(p) {
		s.out.Entries[p] = entryOf(h)
	}
	if s.texts[p] && h.Typeflag == tar.TypeReg {
		text, err := io.ReadAll(io.LimitReader(content, maxText+1))
		if err != nil {
			return fmt.Errorf("read %s of a layer: %w", p, err)
		}
		if len(text) <= maxText {
			s.out.Content[p] = string(text)
		}
	}
	for child := p; dir != "/"; child, dir = dir, path.Dir(dir) {
		if _, known := s.out.Entries[dir]; !known && s.isOfInterest(dir) {
			s.out.Entries[dir] = entry{Kind: "directory", Implicit: true}
		}
		if s.asked[dir] {
			s.note(dir, path.Base(child), false)
		}
	}
	return nil
}

// remove notes a whiteout.
func (s *scanner) remove(dir, name string) error {
	switch {
	case name == ".wh..opq":
		if s.isOfInterest(dir) {
			s.out.Opaque[dir] = true
		}
	case strings.HasPrefix(name, ".wh."): // bookkeeping of AUFS
	case name == "" || name == "." || name == "..":
		return fmt.Errorf("the layer removes %q: %w", shortened(dir+"/"+name), errUnsafe)
	default:
		if p := path.Join(dir, name); s.isOfInterest(p) {
			s.out.Removed[p] = true
		}
		if s.asked[dir] {
			s.note(dir, name, true)
		}
	}
	return nil
}

// note keeps a name below a directory, each once and not more than can matter.
func (s *scanner) note(dir, name string, removed bool) {
	below := s.out.Below[dir]
	if below == nil {
		below = &names{}
		s.out.Below[dir], s.seen[dir] = below, map[string]bool{}
	}
	list, key := &below.Present, name
	if removed {
		list, key = &below.Removed, "/"+name
	}
	if s.seen[dir][key] || len(*list) >= maxNames {
		return
	}
	s.seen[dir][key] = true
	*list = append(*list, name)
}

func entryOf(h *tar.Header) entry {
	e := entry{Kind: "file", UID: int64(h.Uid), GID: int64(h.Gid), Mode: h.Mode & 0o7777}
	switch h.Typeflag {
	case tar.TypeDir:
		e.Kind = "directory"
	case tar.TypeSymlink:
		e.Kind, e.Link = "link", h.Linkname
	}
	return e
}

// shortened is a name for a message.
func shortened(name string) string {
	if len(name) > 100 {
		return name[:100] + "…"
	}
	return name
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return slices.Compact(out)
}

func contains(sorted []string, s string) bool {
	_, found := slices.BinarySearch(sorted, s)
	return found
}
