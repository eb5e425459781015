package chart

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// Names of the files that are not simply replaced.
const (
	chartYAML   = "Chart.yaml"
	valuesYAML  = "values.yaml"
	secretsYAML = "secret-values.yaml"
	baseYAML    = ".transship/values.yaml" // the values as generated: base of the next merge
	ledgerJSON  = ".transship/files.json"  // hashes of the generated files
	pendingJSON = ".transship/next.json"   // the same of a run that has not ended
)

// Write writes the chart of a conversion into a directory, which it creates if need be, and brings a chart that is there up to date.
//
// What the user changed stays. In values.yaml every entry that differs from the one generated last time is the user's; new entries are added at their
// place, and one that the project has no use for any more is taken out, with a finding when it was changed. A generated file without its
// first line, the mark, is the user's. One with the mark that was edited all the same is an error, and nothing is changed at all; so is a file in the way that
// is not generated ([*convert.ForeignFileError]). Generated files that are no longer needed go.
func Write(ctx context.Context, dir string, result *convert.Result, o Options) (filetree.Changes, diag.List, error) {
	u, err := decide(dir, result, o)
	if err != nil {
		return filetree.Changes{}, nil, err
	}
	write, remove, err := u.steps()
	if err == nil {
		err = filetree.Apply(ctx, dir, write, remove)
	}
	if err != nil {
		return filetree.Changes{}, nil, fmt.Errorf("write the chart: %w", err)
	}
	return u.changes, result.MaskFindings(u.findings), nil
}

// decide decides what happens to each file of a directory, and changes nothing.
func decide(dir string, result *convert.Result, o Options) (*update, error) {
	have, err := readChart(dir, result.Project)
	if err != nil {
		return nil, err
	}
	text, there := have.files[chartYAML]
	version, appVersion := o.Version, o.AppVersion // only these change a Chart.yaml that is there: it is the user's
	if there && o.AppVersion == "" {
		if o.AppVersion, err = appVersionIn(text); err != nil {
			return nil, err
		}
	}
	o = o.completed(result)
	if o.AppVersion == "" {
		o.AppVersion = appVersionOf(result)
	}
	g, overlays, err := withVariants(o, result)
	if err != nil {
		return nil, err
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
		return nil, u.err
	}
	u.stale()
	if err := u.finish(); err != nil {
		return nil, err
	}
	return u, nil
}

// update decides what happens to each file.
type update struct {
	dir      string
	have     *existing
	ledger   ledger
	write    []filetree.File
	changes  filetree.Changes
	findings diag.List
	next     string // the hash of values.yaml as it is generated
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
	old, known := u.have.hash(f.Name, have)
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
	for _, name := range sorted.Keys(u.have.files) {
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
	case u.have.ledger.Project == "" && u.have.pending.Project == "":
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
	defer u.put(baseYAML, text, 0o644) // behind the values: a run that is killed between them leaves values that are merged again
	u.next = hashOf(text)
	have, there := u.have.files[valuesYAML]
	base := u.have.files[baseYAML]
	switch {
	case !there || bytes.Equal(have, base) || slices.Contains(u.have.pending.Files[valuesYAML], hashOf(have)):
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
	for _, name := range u.have.names() {
		have, there := u.have.files[name]
		if _, needed := u.ledger.Files[name]; needed || !there || name == valuesYAML {
			continue
		}
		if old, _ := u.have.hash(name, have); hashOf(have) != old {
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

// steps returns the files to write and the names to remove, in this order. Meanwhile, pendingJSON says which there will be: who comes
// after a run that was killed knows its files from those that somebody edited.
func (u *update) steps() (write []filetree.File, remove []string, err error) {
	_, left := u.have.files[pendingJSON]
	if len(u.write)+len(u.changes.Removed) == 0 && !left {
		return nil, nil, nil
	}
	next := pending{Project: u.ledger.Project, Files: map[string][]string{valuesYAML: {u.next}}}
	for name, hash := range u.ledger.Files {
		next.Files[name] = append(next.Files[name], hash)
	}
	for _, name := range u.have.names() { // what is there now, which a run before this one may have left
		if has := hashOf(u.have.files[name]); has == u.have.ledger.Files[name] || slices.Contains(u.have.pending.Files[name], has) {
			next.Files[name] = append(next.Files[name], has)
		}
	}
	text, err := json.Marshal(next)
	if err != nil {
		return nil, nil, err
	}
	first := filetree.File{Name: pendingJSON, Data: text, Mode: 0o644}
	return append([]filetree.File{first}, u.write...), append(slices.Clone(u.changes.Removed), pendingJSON), nil
}
