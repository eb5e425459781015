package loader

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

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
)

const (
	// maxFileSize is a little above what a ConfigMap or Secret can hold, so that a file just over that limit can still
	// be told apart from one that nobody would embed.
	maxFileSize = 1<<20 + 64<<10
	// maxEntries bounds the walk of a directory: a mistaken bind of a source tree must not cost seconds.
	maxEntries = 2000
)

// fileReader reads what the project refers to, each path once.
type fileReader struct {
	dir   string   // of the project
	roots []string // directories that may be read: the project's and those of included projects, as named and with symlinks resolved
	files source.Files
	known map[string]*source.File // regular files by their resolved path
}

func newFileReader(bundles []*bundle) *fileReader {
	r := &fileReader{dir: bundles[0].dir, files: source.Files{}, known: map[string]*source.File{}}
	for _, b := range bundles {
		roots := []string{filepath.Clean(b.dir)} // what does not exist cannot be resolved, and lies in the directory as it is named
		if resolved, err := filepath.EvalSymlinks(b.dir); err == nil {
			roots = append(roots, resolved)
		}
		for _, root := range roots {
			if !slices.Contains(r.roots, root) {
				r.roots = append(r.roots, root)
			}
		}
	}
	return r
}

// readProject reads every local file that the enabled services and jobs refer to. Binds are read only below the
// project directory; the files of configs, secrets, env_file and label_file wherever they are, because the user asked
// for their content.
func (r *fileReader) readProject(p *types.Project) {
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		r.readContainer(&s.ContainerSpec)
		for i := range s.PreStart {
			r.readContainer(&s.PreStart[i].ContainerSpec)
		}
	}
	for _, name := range sortedKeys(p.Jobs) {
		j := p.Jobs[name]
		r.readContainer(&j.ContainerSpec)
	}
	for _, name := range p.VolumeNames() {
		if device, ok := bindDevice(p.Volumes[name]); ok {
			r.read(device, false)
		}
	}
	for _, name := range p.ConfigNames() {
		if c := p.Configs[name]; c.File != "" {
			r.read(c.File, true)
		}
	}
	for _, name := range p.SecretNames() {
		if s := p.Secrets[name]; s.File != "" {
			r.read(s.File, true)
		}
	}
}

func (r *fileReader) readContainer(c *types.ContainerSpec) {
	for _, v := range c.Volumes {
		if v.Type == types.VolumeTypeBind && v.Source != "" {
			r.read(v.Source, false)
		}
	}
	for _, e := range c.EnvFiles {
		r.read(e.Path, true)
	}
	for _, l := range c.LabelFiles {
		r.read(l, true)
	}
	if c.CredentialSpec != nil && c.CredentialSpec.File != "" {
		r.read(resolve(r.dir, c.CredentialSpec.File), false) // the only path that compose-go leaves relative
	}
}

// bindDevice returns the host path of a named volume that is really a bind mount: driver_opts {type: none, o: bind}.
func bindDevice(v types.VolumeConfig) (string, bool) {
	options := strings.Split(v.DriverOpts["o"], ",")
	device := v.DriverOpts["device"]
	bound := slices.Contains(options, "bind") || slices.Contains(options, "rbind")
	return device, bound && filepath.IsAbs(device)
}

// read looks at one path. anywhere allows content from outside the project directory.
func (r *fileReader) read(name string, anywhere bool) {
	if !filepath.IsAbs(name) {
		return // a reference of another platform; nothing here can be meant by it
	}
	key := filepath.Clean(name)
	if f, ok := r.files[key]; ok && (f.Kind != source.Outside || !anywhere) {
		return
	}
	r.files[key] = r.look(key, anywhere)
}

func (r *fileReader) look(name string, anywhere bool) *source.File {
	resolved, err := filepath.EvalSymlinks(name)
	if !anywhere && !r.inside(name) && (err != nil || !r.inside(resolved)) {
		info, err := os.Stat(name)
		isDir := errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() // where nothing is, Docker makes a directory
		return &source.File{Kind: source.Outside, IsDir: isDir, Problem: "it lies outside the project directory"}
	}
	if err != nil {
		return unreadable(err)
	}
	info, err := os.Stat(resolved)
	if err != nil {
		return unreadable(err)
	}
	switch {
	case !anywhere && !r.inside(resolved):
		return &source.File{Kind: source.Outside, IsDir: info.IsDir(), Problem: "it is a symbolic link that leads out of the project directory"}
	case info.IsDir():
		return r.directory(resolved, anywhere)
	default:
		return r.regular(resolved, info)
	}
}

// inside reports whether a path lies in a directory that may be read.
func (r *fileReader) inside(name string) bool {
	for _, root := range r.roots {
		if rel, err := filepath.Rel(root, name); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

// regular reads a file that is not a directory, by its resolved path.
func (r *fileReader) regular(resolved string, info fs.FileInfo) *source.File {
	if f, ok := r.known[resolved]; ok {
		return f
	}
	f := &source.File{Kind: source.Regular, Size: info.Size(), Executable: info.Mode()&0o111 != 0}
	switch {
	case !info.Mode().IsRegular():
		f = &source.File{Kind: source.Special, Problem: "it is a " + specialName(info.Mode())}
	case info.Size() > maxFileSize:
		f.Kind, f.Problem = source.TooLarge, fmt.Sprintf("it has %d bytes", info.Size())
	default:
		data, err := readRegular(resolved, maxFileSize)
		if err != nil {
			f = unreadable(err)
			break
		}
		f.Data, f.Size = data, int64(len(data))
	}
	r.known[resolved] = f
	return f
}

func unreadable(err error) *source.File {
	if errors.Is(err, fs.ErrNotExist) {
		return &source.File{Kind: source.Missing}
	}
	return &source.File{Kind: source.Unreadable, Problem: cause(err).Error()}
}

// directory flattens a directory. It stops as soon as there are more entries or bytes than could be used, before it
// reads the first byte.
func (r *fileReader) directory(resolved string, anywhere bool) *source.File {
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
	reader   *fileReader
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
	f, err := os.Open(resolved)
	if err != nil {
		w.problem(rel, *unreadable(err))
		return
	}
	defer f.Close()
	list, err := f.ReadDir(maxEntries - w.entries + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		w.problem(rel, *unreadable(err))
		return
	}
	w.entries += len(list)
	if w.entries > maxEntries {
		w.tooLarge("it holds more than %d files", maxEntries)
		return
	}
	if len(list) == 0 && rel != "" {
		w.found = append(w.found, found{path: rel, file: source.File{Kind: source.Directory, IsDir: true}})
	}
	for _, e := range list {
		w.visit(filepath.Join(resolved, e.Name()), path.Join(rel, e.Name()), above)
		if w.dir.Kind != source.Directory {
			return
		}
	}
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

func (w *walk) visit(name, rel string, above []string) {
	resolved, err := filepath.EvalSymlinks(name)
	if err != nil {
		w.found = append(w.found, found{path: rel, file: *unreadable(err)})
		return
	}
	info, err := os.Stat(resolved)
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
		if w.dir.Size > maxFileSize {
			w.tooLarge("it holds more than 1 MiB")
		}
		w.found = append(w.found, found{path: rel, resolved: resolved, info: info})
	}
}
