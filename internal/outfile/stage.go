package outfile

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// stagePrefix begins the names of what is not in its place yet; fileSuffix ends those of single files.
const (
	stagePrefix = ".transship-"
	fileSuffix  = ".tmp"
)

// Stage is a directory beside the places of several files, which are moved there when all are complete. A run that is killed
// leaves it behind; [NewStage] of a later run removes it.
type Stage struct {
	dir     string
	path    string
	release func() // of its lock, which is held as long as the program lives
}

// NewStage makes a stage in a directory, and then removes those that killed runs have left there: at no time is there none.
func NewStage(dir string) (*Stage, error) {
	for range 10 {
		path, err := os.MkdirTemp(dir, stagePrefix)
		if err != nil {
			return nil, err
		}
		if release, held := hold(path); held {
			RemoveStale(dir)
			return &Stage{dir, path, release}, nil
		}
	}
	return nil, fmt.Errorf("make a directory in %s: others remove it at once", dir)
}

// Write writes a file into the stage.
func (s *Stage) Write(name string, data []byte, mode fs.FileMode) error {
	return os.WriteFile(filepath.Join(s.path, name), data, mode)
}

// Move moves a file of the stage to its place, a path below the directory.
func (s *Stage) Move(name, place string) error {
	return os.Rename(filepath.Join(s.path, name), filepath.Join(s.dir, place))
}

// Close removes the stage with what is still in it.
func (s *Stage) Close() error {
	err := os.RemoveAll(s.path)
	s.release()
	return err
}

// staleAfter is the age from which on what is left of a write is that of a killed run, where locks do not tell. A write takes
// milliseconds.
const staleAfter = time.Hour

// RemoveStale removes what killed runs have left in a directory: stages that nobody holds, with nothing in them but files, and
// single files that nobody holds. What cannot be removed is left.
func RemoveStale(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		isFile := strings.HasSuffix(e.Name(), fileSuffix)
		if !IsUnfinished(e.Name()) || isFile != e.Type().IsRegular() {
			continue
		}
		path := filepath.Join(dir, e.Name())
		switch {
		case isFile:
			ifAbandoned(path, os.Remove)
		case e.IsDir() && holdsFilesOnly(path):
			ifAbandoned(path, os.RemoveAll)
		}
	}
}

// IsUnfinished reports whether a name is that of a stage, or of a file that is not in its place yet.
func IsUnfinished(name string) bool {
	rest, found := strings.CutPrefix(name, stagePrefix)
	rest = strings.TrimSuffix(rest, fileSuffix)
	return found && rest != "" && strings.Trim(rest, "0123456789") == ""
}

func holdsFilesOnly(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil {
		return false
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			return false
		}
	}
	return true
}
