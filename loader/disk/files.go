package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
)

const (
	// MaxFileSize is a little above what a ConfigMap or Secret can hold, so that a file just over that limit can still
	// be told apart from one that nobody would embed.
	MaxFileSize = 1<<20 + 64<<10
	// MaxEntries bounds the walk of a directory: a mistaken bind of a source tree must not cost seconds.
	MaxEntries = 2000
	// maxDirectoryDepth bounds how deep directories are nested below one that the project refers to.
	maxDirectoryDepth = 100
)

// Reader reads what the project refers to, each path once.
type Reader struct {
	ended func() bool
	dir   string                  // of the project
	roots []string                // directories that may be read: the project's and those of included projects, as named and with symlinks resolved
	Files source.Files            // by absolute, cleaned path
	known map[string]*source.File // regular files by their resolved path
}

// NewReader returns a reader for a project with its directory first, then those of the projects that it includes. It
// reads nothing any more once ctx has ended.
func NewReader(ctx context.Context, dirs []string) *Reader {
	r := &Reader{ended: func() bool { return ctx.Err() != nil }, dir: dirs[0], Files: source.Files{}, known: map[string]*source.File{}}
	for _, dir := range dirs {
		roots := []string{filepath.Clean(dir)} // what does not exist cannot be resolved, and lies in the directory as it is named
		if resolved, err := filepath.EvalSymlinks(dir); err == nil {
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

// ReadProject reads every local file that the enabled services and jobs refer to. Binds are read only below the
// project directory; the files of configs, secrets, env_file and label_file wherever they are, because the user asked
// for their content.
func (r *Reader) ReadProject(p *types.Project) {
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		r.readContainer(&s.ContainerSpec)
		for i := range s.PreStart {
			r.readContainer(&s.PreStart[i].ContainerSpec)
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
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

func (r *Reader) readContainer(c *types.ContainerSpec) {
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
		r.read(Resolve(r.dir, c.CredentialSpec.File), false) // the only path that compose-go leaves relative
	}
}

// bindDevice returns the host path of a named volume that is really a bind mount: driver_opts {type: none, o: bind}.
func bindDevice(v types.VolumeConfig) (string, bool) {
	options := strings.Split(v.DriverOpts["o"], ",")
	device := v.DriverOpts["device"]
	bound := slices.Contains(options, "bind") || slices.Contains(options, "rbind")
	return device, bound && filepath.IsAbs(device)
}

// onWindows: its files have no bit that makes them executable, and Docker mounts all of them as executable; scripts are told by their
// first line.
const onWindows = runtime.GOOS == "windows"

// read looks at one path. anywhere allows content from outside the project directory.
func (r *Reader) read(name string, anywhere bool) {
	if onWindows && strings.HasPrefix(name, "/") { // of a machine with Linux: as on any other machine, nothing is there
		r.Files[path.Clean(name)] = &source.File{Kind: source.Missing}
		return
	}
	if !filepath.IsAbs(name) || r.ended() {
		return // a reference of another platform; nothing here can be meant by it
	}
	key := filepath.Clean(name)
	if f, ok := r.Files[key]; ok && (f.Kind != source.Outside || !anywhere) {
		return
	}
	r.Files[key] = r.look(key, anywhere)
}

func (r *Reader) look(name string, anywhere bool) *source.File {
	resolved, err := filepath.EvalSymlinks(name)
	if !anywhere && !r.inside(name) && (err != nil || !r.inside(resolved)) {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) { // no broken link either
				return &source.File{Kind: source.Missing}
			}
		}
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
func (r *Reader) inside(name string) bool {
	for _, root := range r.roots {
		if rel, err := filepath.Rel(root, name); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

// regular reads a file that is not a directory, by its resolved path.
func (r *Reader) regular(resolved string, info fs.FileInfo) *source.File {
	if f, ok := r.known[resolved]; ok {
		return f
	}
	f := &source.File{Kind: source.Regular, Size: info.Size(), Executable: info.Mode()&0o111 != 0}
	switch {
	case !info.Mode().IsRegular():
		f = &source.File{Kind: source.Special, Problem: "it is a " + specialName(info.Mode())}
	case info.Size() > MaxFileSize:
		f.Kind, f.Problem = source.TooLarge, fmt.Sprintf("it has %d bytes", info.Size())
	default:
		data, err := Read(resolved, MaxFileSize)
		if err != nil {
			f = unreadable(err)
			break
		}
		f.Data, f.Size = data, int64(len(data))
		f.Executable = f.Executable || onWindows && bytes.HasPrefix(data, []byte("#!"))
	}
	r.known[resolved] = f
	return f
}

func unreadable(err error) *source.File {
	if errors.Is(err, fs.ErrNotExist) {
		return &source.File{Kind: source.Missing}
	}
	return &source.File{Kind: source.Unreadable, Problem: Cause(err).Error()}
}
