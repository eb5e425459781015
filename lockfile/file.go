// Package lockfile is the form of transship.lock: what the images of a project have, written down once by `transship lock`
// and committed with the project, so that a conversion needs no network and gives the same bytes everywhere.
package lockfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/internal/strictjson"
)

// Name is what the file is called. It lies beside the first compose file.
const Name = "transship.lock"

// formatVersion is the version of the format that this program reads and writes.
const formatVersion = 1

// writtenBy marks a file as one that `transship lock` may replace.
const writtenBy = "transship lock"

// maxSize bounds what is read: a lock of hundreds of images has a few hundred kilobytes.
const maxSize = 16 << 20

// File is the content of transship.lock. Images are sorted by reference and platform, each pair once.
type File struct {
	LockfileVersion int     `json:"lockfileVersion"` // 1
	GeneratedBy     string  `json:"generatedBy"`     // "transship lock"
	Images          []Image `json:"images"`
}

// Image is what was read about one reference for one platform.
type Image struct {
	Reference string   `json:"reference"` // as the project names it
	Platform  string   `json:"platform"`  // "linux/amd64", "linux/arm/v7"
	Source    string   `json:"source"`    // "registry", "docker" or "podman"
	Digest    string   `json:"digest,omitempty"`
	ImageID   string   `json:"imageID"`             // digest of the configuration, "sha256:…"
	Platforms []string `json:"platforms,omitempty"` // all that the reference offers, sorted
	Services  []string `json:"services"`            // services and jobs that run it or are built from it, sorted

	Ports       []string          `json:"ports,omitempty"` // as "80/tcp", sorted
	User        string            `json:"user,omitempty"`  // as the configuration has it; "" is root
	UID         *int64            `json:"uid,omitempty"`   // absent if the name could not be looked up
	GID         *int64            `json:"gid,omitempty"`
	Groups      []int64           `json:"groups,omitempty"`
	Volumes     []string          `json:"volumes,omitempty"`
	Entrypoint  []string          `json:"entrypoint,omitempty"`
	Cmd         []string          `json:"cmd,omitempty"`
	WorkingDir  string            `json:"workingDir,omitempty"`
	Env         map[string]string `json:"env,omitempty"`
	SecretEnv   []string          `json:"secretEnv,omitempty"` // variables whose values look secret and are not kept
	Healthcheck *Healthcheck      `json:"healthcheck,omitempty"`
	StopSignal  string            `json:"stopSignal,omitempty"`
	ShellForm   []string          `json:"shellForm,omitempty"` // SHELL

	// Shell, Users, GroupIDs and Paths come from the layers. FilesUnknown says why they were not read; then they are absent.
	FilesUnknown string            `json:"filesUnknown,omitempty"`
	Shell        *bool             `json:"shell,omitempty"`    // whether there is a /bin/sh
	Users        map[string]*User  `json:"users,omitempty"`    // that the project names; null: the image has no such user
	GroupIDs     map[string]*int64 `json:"groupIDs,omitempty"` // that the project names; null: the image has no such group
	Paths        map[string]Path   `json:"paths,omitempty"`    // targets of the project's mounts
}

// Healthcheck is a HEALTHCHECK; durations as Go writes them, such as "1m30s".
type Healthcheck struct {
	Test          []string `json:"test"`
	Interval      string   `json:"interval,omitempty"`
	Timeout       string   `json:"timeout,omitempty"`
	StartPeriod   string   `json:"startPeriod,omitempty"`
	StartInterval string   `json:"startInterval,omitempty"`
	Retries       int      `json:"retries,omitempty"`
}

// User is a user of /etc/passwd with the groups of /etc/group.
type User struct {
	UID    int64   `json:"uid"`
	GID    int64   `json:"gid"`
	Groups []int64 `json:"groups,omitempty"` // further ones, sorted
}

// Path is what lies at a path, symbolic links resolved. The rest is absent where nothing exists.
type Path struct {
	Exists    bool   `json:"exists"`
	Directory bool   `json:"directory,omitempty"`
	Content   bool   `json:"content,omitempty"` // a directory with something in it
	UID       *int64 `json:"uid,omitempty"`
	GID       *int64 `json:"gid,omitempty"`
	Mode      string `json:"mode,omitempty"` // octal, "0755"
}

// SyntaxError is a lock file that cannot be understood.
type SyntaxError struct {
	Line, Column int // 1-based; 0 is unknown
	Message      string
	Help         string // what to do, where that is not to write it anew
}

func (e *SyntaxError) Error() string { return e.Message }

// foreignError is returned by [Write] for a file in the way that `transship lock` did not write.
type foreignError struct{ Path string }

func (e *foreignError) Error() string {
	return e.Path + " was not written by transship lock and would be overwritten; move it away"
}

// Read reads a lock file. A file that is not there is nil without an error; what cannot be understood is a [*SyntaxError].
func Read(path string) (*File, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no lock is no error
	}
	if err != nil {
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	if !info.Mode().IsRegular() { // a FIFO would never answer
		return nil, &SyntaxError{Message: "it is no regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the lock file: %w", err)
	}
	if len(text) > maxSize {
		return nil, &SyntaxError{Message: fmt.Sprintf("it has more than %d MiB", maxSize>>20)}
	}
	return parse(text)
}

// marshal returns the text of the file, sorted, one value a line, with a newline at the end. The same content gives the
// same bytes.
func (f *File) marshal() ([]byte, error) {
	out := File{LockfileVersion: formatVersion, GeneratedBy: writtenBy, Images: slices.Clone(f.Images)}
	if out.Images == nil {
		out.Images = []Image{}
	}
	for i := range out.Images { // an empty list is written as one, never as null
		image := &out.Images[i]
		if image.Services == nil {
			image.Services = []string{}
		}
		if h := image.Healthcheck; h != nil && h.Test == nil {
			image.Healthcheck = new(*h)
			image.Healthcheck.Test = []string{}
		}
	}
	slices.SortFunc(out.Images, func(a, b Image) int {
		if c := strings.Compare(a.Reference, b.Reference); c != 0 {
			return c
		}
		return strings.Compare(a.Platform, b.Platform)
	})
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("write the lock file: %w", err)
	}
	return text.Bytes(), nil
}

// Write writes the file in one step: a reader sees the old one or the new one, and an interruption leaves the old one.
// It replaces only what `transship lock` wrote (the error says that it is not ours), in no newer version of its format. changed tells whether the bytes differ from what was there.
func (f *File) Write(path string) (changed bool, err error) {
	text, err := f.marshal()
	if err != nil {
		return false, err
	}
	mode := fs.FileMode(0o644)
	switch info, err := os.Lstat(path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return false, fmt.Errorf("write the lock file: %w", err)
	case !info.Mode().IsRegular():
		return false, &foreignError{path}
	default:
		old, err := os.ReadFile(path)
		if err != nil {
			return false, fmt.Errorf("write the lock file: %w", err)
		}
		if err := replaceable(path, old); err != nil {
			return false, err
		}
		if bytes.Equal(old, text) {
			return false, nil
		}
		mode = info.Mode().Perm()
	}
	if err := outfile.Replace(path, text, mode, func([]byte) bool { return true }); err != nil { // which was asked above, of the whole file
		return false, fmt.Errorf("write the lock file: %w", err)
	}
	return true, nil
}

// Replaceable reports whether [File.Write] may replace what is there, so that nobody reads images in vain: nil, or the error
// that Write would return.
func Replaceable(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("write the lock file: %w", err)
	case !info.Mode().IsRegular():
		return &foreignError{path}
	}
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headSize))
	if err != nil {
		return fmt.Errorf("write the lock file: %w", err)
	}
	return replaceable(path, head)
}

// headSize is how much of a file tells who wrote it, in bytes.
const headSize = 256

// replaceable refuses a text that `transship lock` did not write, or that a newer one has written.
func replaceable(path string, text []byte) error {
	head := strictjson.WithoutBOM(bytes.ReplaceAll(text[:min(len(text), headSize)], []byte("\r\n"), []byte("\n")))
	if bytes.HasPrefix(head, []byte("<<<<<<< ")) { // both sides of a merge have added the file
		_, head, _ = bytes.Cut(head, []byte("\n"))
	}
	start := []byte("{\n  \"lockfileVersion\": ")
	rest, isLock := bytes.CutPrefix(head, start)
	if !isLock || !bytes.Contains(head, []byte("\n  \"generatedBy\": \""+writtenBy+"\",")) {
		return &foreignError{path}
	}
	var version int
	if _, err := fmt.Sscan(string(rest), &version); err == nil && version > formatVersion {
		return &newerError{path, version}
	}
	return nil
}

// newerError is returned by [File.Write] for a file that a newer version of this program has written.
type newerError struct {
	Path    string
	Version int
}

func (e *newerError) Error() string {
	return fmt.Sprintf("%s has the version %d, which a newer transship has written; update transship, or remove the file to go back to version %d", e.Path, e.Version, formatVersion)
}
