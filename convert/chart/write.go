package chart

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
)

// Names of the files that are not simply replaced.
const (
	chartYAML   = "Chart.yaml"
	valuesYAML  = "values.yaml"
	secretsYAML = "secret-values.yaml"
	baseYAML    = ".transship/values.yaml" // the values as generated: base of the next merge
	ledgerJSON  = ".transship/files.json"  // hashes of the generated files
)

// Write writes the chart of a conversion into a directory, which it creates if need be, and brings a chart that is there up to date.
//
// What the user changed stays. In values.yaml every entry that differs from the one generated last time is the user's; new entries are added at their
// place, and one that the project has no use for any more is taken out, with a finding when it was changed. A generated file without its
// first line, the mark, is the user's. One with the mark that was edited all the same is an error, and nothing is changed at all; so is a file in the way that
// is not generated ([*convert.ForeignFileError]). Generated files that are no longer needed go.
func Write(dir string, result *convert.Result, o Options) (filetree.Changes, diag.List, error) {
	have, err := readChart(dir, result.Project)
	if err != nil {
		return filetree.Changes{}, nil, err
	}
	text, there := have.files[chartYAML]
	version, appVersion := o.Version, o.AppVersion // only these change a Chart.yaml that is there: it is the user's
	if there && o.AppVersion == "" {
		if o.AppVersion, err = appVersionIn(text); err != nil {
			return filetree.Changes{}, nil, err
		}
	}
	o = o.completed(result)
	if o.AppVersion == "" {
		o.AppVersion = appVersionOf(result)
	}
	g, overlays, err := withVariants(o, result)
	if err != nil {
		return filetree.Changes{}, nil, err
	}
	u := &update{dir: dir, have: have, findings: g.findings, ledger: ledger{Project: result.Project, Files: map[string]string{}}}
	u.chart(g, version, appVersion)
	u.values(g)
	for _, f := range slices.Concat(g.files, overlays) {
		if f.Mode == 0o600 {
			u.secretValues(f.Name, f.Data)
		} else {
			u.file(f)
		}
	}
	if g.secrets != nil {
		u.secretValues(secretsYAML, append([]byte("# "+markText(result.Project)+"\n# Local values of secrets: keep this file out of repositories.\n"), g.secrets...))
	}
	u.renamed()
	if u.err != nil {
		return filetree.Changes{}, nil, u.err
	}
	u.stale()
	if err := u.finish(); err != nil {
		return filetree.Changes{}, nil, err
	}
	if err := filetree.Apply(dir, u.write, u.changes.Removed); err != nil {
		return filetree.Changes{}, nil, fmt.Errorf("write the chart: %w", err)
	}
	return u.changes, result.MaskFindings(u.findings), nil
}

// ledger says which files were generated, and with which content.
type ledger struct {
	Project string            `json:"project"`
	Files   map[string]string `json:"files"`
}

// existing is the chart as it is.
type existing struct {
	files  map[string][]byte // every regular file that matters here
	ledger ledger
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
		case entry.IsDir() && (entry.Name() == ".git" || path != dir && filepath.Dir(path) == dir && entry.Name() == "charts"):
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
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the chart: %w", err)
	}
	if text, there := have.files[ledgerJSON]; there {
		if err := json.Unmarshal(text, &have.ledger); err != nil {
			return nil, fmt.Errorf("read %s: %w", filepath.Join(dir, ledgerJSON), err)
		}
		if have.ledger.Project != project {
			return nil, &convert.ForeignFileError{Path: dir, Reason: fmt.Sprintf("holds the chart of the Compose project %q; nothing was changed: choose another directory or project name", have.ledger.Project)}
		}
	}
	return have, nil
}

// update decides what happens to each file.
type update struct {
	dir      string
	have     *existing
	ledger   ledger
	write    []filetree.File
	changes  filetree.Changes
	findings diag.List
	err      error
}

// put writes a file unless it has the bytes already.
func (u *update) put(name string, data []byte, mode fs.FileMode) {
	if have, there := u.have.files[name]; there && have != nil && bytes.Equal(have, data) {
		u.changes.Unchanged = append(u.changes.Unchanged, name)
		return
	}
	u.write = append(u.write, filetree.File{Name: name, Data: data, Mode: mode})
	u.changes.Written = append(u.changes.Written, name)
}

func (u *update) fail(name, reason string) {
	if u.err == nil {
		u.err = &convert.ForeignFileError{Path: filepath.Join(u.dir, filepath.FromSlash(name)), Reason: reason}
	}
}

// file decides about a generated file.
func (u *update) file(f filetree.File) {
	have, there := u.have.files[f.Name]
	old, known := u.have.ledger.Files[f.Name]
	hash := hashOf(f.Data)
	switch {
	case !there || bytes.Equal(have, f.Data):
	case !known:
		u.fail(f.Name, "was not written by transship and would be overwritten; nothing was changed: move it away or choose another directory")
		return
	case hashOf(have) == old:
	case isMarked(have):
		u.fail(f.Name, "was edited, and would be overwritten; nothing was changed: take its first line away to keep it, or delete it")
		return
	case strings.HasPrefix(f.Name, "files/"):
		u.fail(f.Name, "was edited, and would be overwritten; nothing was changed: change the file of the Compose project instead, and delete this one")
		return
	default:
		u.ledger.Files[f.Name] = old
		u.changes.Unchanged = append(u.changes.Unchanged, f.Name)
		u.findings.Add(diag.Finding{Severity: diag.Info, Code: "helm-file-kept", Message: f.Name + " is yours and stays as it is: it has no mark in its first line"})
		return
	}
	u.ledger.Files[f.Name] = hash
	u.put(f.Name, f.Data, f.Mode)
}

// renamed refuses a generated template that the user gave another name: written again at its place, its object would be there twice.
func (u *update) renamed() {
	missing := map[string]string{} // by hash
	for name, hash := range u.have.ledger.Files {
		if _, there := u.have.files[name]; !there && u.ledger.Files[name] != "" {
			missing[hash] = name
		}
	}
	for _, name := range sortedKeys(u.have.files) {
		text := u.have.files[name]
		if _, known := u.ledger.Files[name]; known || !isMarked(text) || len(missing) == 0 {
			continue
		}
		if old := missing[hashOf(text)]; old != "" {
			u.fail(name, "is "+old+" under another name, so that its object would be there twice; nothing was changed: move it back, or take its first line away and put an empty file at the old place")
		}
	}
}

// isMarked reports whether a file begins with the mark.
func isMarked(data []byte) bool {
	return bytes.Contains(data[:min(len(data), 200)], []byte("Generated by transship from the Compose project "))
}

func (u *update) chart(g *generated, version, appVersion string) {
	text, there := u.have.files[chartYAML]
	switch {
	case !there:
		u.put(chartYAML, g.chart.encode(), 0o644)
	case u.have.ledger.Project == "":
		u.fail(chartYAML, "was not written by transship; nothing was changed: choose another directory")
	default:
		updated, err := g.chart.update(text, version, appVersion)
		if err != nil && u.err == nil {
			u.err = err
		}
		u.put(chartYAML, updated, 0o644)
	}
}

func (u *update) values(g *generated) {
	text := []byte(fmt.Sprintf("# Settings of the chart %s, which transship made from a Compose project.\n# Edit what you like: the next run keeps every entry that you changed and tells what is gone.\n\n", g.name))
	text = append(text, g.values...)
	u.put(baseYAML, text, 0o644)
	have, there := u.have.files[valuesYAML]
	base := u.have.files[baseYAML]
	switch {
	case !there || bytes.Equal(have, base):
		u.put(valuesYAML, text, 0o644)
	case base == nil:
		u.fail(valuesYAML, "was not written by transship and would be overwritten; nothing was changed: move it away or choose another directory")
	default:
		merged, findings, err := mergeValues(base, have, text, g.tree)
		if err != nil && u.err == nil {
			u.err = fmt.Errorf("merge %s: %w", filepath.Join(u.dir, valuesYAML), err)
		}
		u.findings = append(u.findings, findings...)
		u.put(valuesYAML, merged, 0o644)
	}
}

// secretValues writes local values of secrets, which no ledger knows: a hash would tell whether a guess is right.
func (u *update) secretValues(name string, data []byte) {
	have, there := u.have.files[name]
	if there && !isMarked(have) {
		u.findings.Add(diag.Finding{Severity: diag.Info, Code: "helm-file-kept", Message: name + " is yours and stays as it is: it has no mark in its first line"})
		return
	}
	u.put(name, data, 0o600)
}

// stale removes generated files that are no longer needed and that nobody edited.
func (u *update) stale() {
	for _, name := range sortedKeys(u.have.ledger.Files) {
		have, there := u.have.files[name]
		if _, needed := u.ledger.Files[name]; needed || !there {
			continue
		}
		if hashOf(have) != u.have.ledger.Files[name] {
			u.findings.Add(diag.Finding{Severity: diag.Info, Code: "helm-file-kept", Message: name + " was edited and stays, although the project has no use for it any more"})
			continue
		}
		u.changes.Removed = append(u.changes.Removed, name)
	}
}

func (u *update) finish() error {
	text, err := json.MarshalIndent(u.ledger, "", " ")
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	u.put(ledgerJSON, indented(text), 0o644)
	slices.Sort(u.changes.Written)
	slices.Sort(u.changes.Unchanged)
	return nil
}
