package chart

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/outfile"
	"github.com/transship/transship/internal/sorted"
)

// ledger says which files were generated, and with which content.
type ledger struct {
	Project string            `json:"project"`
	Files   map[string]string `json:"files"`
}

// existing is the chart as it is.
type existing struct {
	files   map[string][]byte // every regular file that matters here
	ledger  ledger
	pending pending // of a run that was killed while it moved its files: each is that of this run or of the one before
}

// pending says which files there will be, by the hashes that each may have: that of the run, and that of what it finds.
type pending struct {
	Project string              `json:"project"`
	Files   map[string][]string `json:"files"`
}

// hash returns the hash of a file as it was generated, and whether it was. What a killed run wrote is as good as what the last one wrote.
func (e *existing) hash(name string, data []byte) (string, bool) {
	old, known := e.ledger.Files[name]
	next := e.pending.Files[name]
	if has := hashOf(data); slices.Contains(next, has) {
		return has, true
	}
	if !known && len(next) > 0 {
		return next[0], true
	}
	return old, known
}

// names returns the generated files, sorted.
func (e *existing) names() []string {
	all := map[string]bool{}
	for name := range e.ledger.Files {
		all[name] = true
	}
	for name := range e.pending.Files {
		all[name] = true
	}
	return sorted.Keys(all)
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readChart reads the chart that is there. Only regular files are opened.
func readChart(dir, project string) (*existing, error) {
	have := &existing{files: map[string][]byte{}}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, &convert.ForeignFileError{Path: dir, Reason: "is not a directory"}
	}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist) && path == dir:
			return fs.SkipAll
		case err != nil:
			return err
		case entry.IsDir() && path != dir && (entry.Name() == ".git" || filepath.Dir(path) == dir && entry.Name() == "charts" || outfile.IsUnfinished(entry.Name())):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		have.files[filepath.ToSlash(name)] = nil // there, and not to be read
		if entry.Type().IsRegular() {
			have.files[filepath.ToSlash(name)], err = os.ReadFile(path) //nolint:gosec // a chart of the user's own, which is only read
		}
		if errors.Is(err, fs.ErrNotExist) { // another run removed it meanwhile
			delete(have.files, filepath.ToSlash(name))
			return nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the chart: %w", err)
	}
	for name, into := range map[string]any{ledgerJSON: &have.ledger, pendingJSON: &have.pending} {
		if text, there := have.files[name]; there {
			if err := json.Unmarshal(text, into); err != nil {
				return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, name), err)
			}
		}
	}
	for name, of := range map[string]string{ledgerJSON: have.ledger.Project, pendingJSON: have.pending.Project} {
		if _, there := have.files[name]; there && of != project {
			return nil, &convert.ForeignFileError{Path: dir, Reason: fmt.Sprintf("holds the chart of the Compose project %q; nothing was changed: choose another directory or project name", of)}
		}
	}
	return have, nil
}
