package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/source"
)

// directory flattens a directory. It stops as soon as there are more entries or bytes than could be used, before it
// reads the first byte.
func (r *Reader) directory(resolved string, anywhere bool) *source.File {
	w := &walk{reader: r, anywhere: anywhere, dir: &source.File{Kind: source.Directory, IsDir: true}}
	w.enter(resolved, "", []string{resolved})
	if w.dir.Kind != source.Directory {
		w.dir.Entries = nil
		return w.dir
	}
	slices.SortFunc(w.found, func(a, b found) int { return strings.Compare(a.path, b.path) })
	for _, f := range w.found {
		entry := source.Entry{Path: f.path, File: f.file}
		if f.info != nil {
			entry.File = *r.regular(f.resolved, f.info)
		}
		w.dir.Entries = append(w.dir.Entries, entry)
	}
	return w.dir
}

// walk collects what is below a directory without reading it.
type walk struct {
	reader   *Reader
	anywhere bool
	dir      *source.File
	found    []found
	entries  int
}

// found is a file to read (info is set), or an entry that is already complete.
type found struct {
	path, resolved string
	info           fs.FileInfo
	file           source.File
}

func (w *walk) tooLarge(format string, args ...any) {
	w.dir.Kind, w.dir.Problem = source.TooLarge, fmt.Sprintf(format, args...)
}

// enter lists one directory; above holds the resolved paths of the directories it stands in.
func (w *walk) enter(resolved, rel string, above []string) {
	if len(above) > maxDirectoryDepth {
		w.tooLarge("its directories are nested more than %d levels deep", maxDirectoryDepth)
		return
	}
	f, err := os.Open(resolved)
	if err != nil {
		w.problem(rel, *unreadable(err))
		return
	}
	defer f.Close()
	list, err := f.ReadDir(MaxEntries - w.entries + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		w.problem(rel, *unreadable(err))
		return
	}
	w.entries += len(list)
	if w.entries > MaxEntries {
		w.tooLarge("it holds more than %d files", MaxEntries)
		return
	}
	if len(list) == 0 && rel != "" {
		w.found = append(w.found, found{path: rel, file: source.File{Kind: source.Directory, IsDir: true}})
	}
	for _, e := range list {
		w.visit(filepath.Join(resolved, e.Name()), path.Join(rel, e.Name()), e, above)
		if w.dir.Kind != source.Directory || w.reader.ended() {
			return
		}
	}
}

// follow returns where an entry leads: only symbolic links lead anywhere else.
func follow(name string, e fs.DirEntry) (string, fs.FileInfo, error) {
	if e.Type()&fs.ModeSymlink == 0 {
		info, err := e.Info()
		return name, info, err
	}
	resolved, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", nil, err
	}
	info, err := os.Stat(resolved)
	return resolved, info, err
}

// problem records that a directory could not be listed.
func (w *walk) problem(rel string, f source.File) {
	f.IsDir = true
	if rel == "" {
		*w.dir = f
		return
	}
	w.found = append(w.found, found{path: rel, file: f})
}

func (w *walk) visit(name, rel string, e fs.DirEntry, above []string) {
	resolved, info, err := follow(name, e)
	if err != nil {
		w.found = append(w.found, found{path: rel, file: *unreadable(err)})
		return
	}
	switch {
	case resolved != name && !w.reader.inside(resolved) && !strings.HasPrefix(resolved, above[0]+string(filepath.Separator)):
		w.found = append(w.found, found{path: rel, file: source.File{
			Kind: source.Outside, IsDir: info.IsDir(), Problem: "it is a symbolic link that leads out of the project directory",
		}})
	case info.IsDir() && slices.Contains(above, resolved):
		w.found = append(w.found, found{path: rel, file: source.File{
			Kind: source.Special, IsDir: true, Problem: "it is a symbolic link to a directory that it stands in",
		}})
	case info.IsDir():
		w.enter(resolved, rel, append(slices.Clone(above), resolved))
	default:
		if info.Mode().IsRegular() {
			w.dir.Size += info.Size()
		}
		if w.dir.Size > MaxFileSize {
			w.tooLarge("it holds more than 1 MiB")
		}
		w.found = append(w.found, found{path: rel, resolved: resolved, info: info})
	}
}
