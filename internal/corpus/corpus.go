// Package corpus lists folders of real projects for the tests, and says what any conversion of such a project owes.
package corpus

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// Project is one row of the index.
type Project struct {
	Name      string // unique, fit for a test's name
	Directory string // where the conversion runs
	Files     []string
	Loads     bool // compose-go is known to load it
}

// Read returns the projects of a corpus: a tab-separated INDEX.tsv with the columns set, project, source repository, commit,
// compose files (comma-separated, in the order of -f), loads, … and a folder per project below the set's name.
func Read(folder string) ([]Project, error) {
	index, err := os.ReadFile(filepath.Join(folder, "INDEX.tsv"))
	if err != nil {
		return nil, fmt.Errorf("read the index of the corpus: %w", err)
	}
	var projects []Project
	for i, line := range strings.Split(strings.TrimSpace(string(index)), "\n") {
		columns := strings.Split(line, "\t")
		if i == 0 || len(columns) < 10 {
			continue
		}
		directory := filepath.Join(folder, columns[0], filepath.FromSlash(columns[1]))
		if _, err := os.Stat(directory); err != nil {
			continue // the sealed part of the index
		}
		p := Project{Directory: directory, Loads: columns[5] == "ok", Name: columns[1]}
		if !strings.Contains(columns[9], "default discovery") {
			p.Files = strings.Split(columns[4], ",")
			p.Name += ":" + columns[4]
		}
		projects = append(projects, p)
	}
	return projects, nil
}

// Examples returns the projects of a folder with one project a sub-folder.
func Examples(folder string) ([]Project, error) {
	found, err := filepath.Glob(filepath.Join(folder, "*", "compose.yaml"))
	if err != nil {
		return nil, err
	}
	var projects []Project
	for _, file := range found {
		directory, err := filepath.Abs(filepath.Dir(file))
		if err != nil {
			return nil, err
		}
		projects = append(projects, Project{Name: filepath.Base(directory), Directory: directory, Files: []string{"compose.yaml"}, Loads: true})
	}
	return projects, nil
}

// External names the objects that a project declares to exist already, as "Kind/name".
func External(p *types.Project) []string {
	var out []string
	add := func(kind, key, name string) {
		if name == "" {
			name = key
		}
		out = append(out, kind+"/"+names.Normalize(name, names.MaxLabel))
	}
	for key, v := range p.Volumes {
		if bool(v.External) {
			add("PersistentVolumeClaim", key, v.Name)
		}
	}
	for key, c := range p.Configs {
		if bool(c.External) {
			add("ConfigMap", key, c.Name)
		}
	}
	for key, s := range p.Secrets {
		if bool(s.External) || s.Driver != "" {
			add("Secret", key, s.Name)
		}
	}
	slices.Sort(out)
	return out
}

// Unreachable returns the services that no Service answers for and about which no finding says so. Every service of a
// Compose project is reachable by name, except one without a network and one in the network of the host.
func Unreachable(p *types.Project, objects []runtime.Object, findings diag.List) []string {
	answered := map[string]bool{}
	for _, o := range objects {
		if s, ok := o.(*corev1.Service); ok {
			answered[s.Annotations["transship/compose-service"]] = true
			answered[s.Name] = true
		}
	}
	var out []string
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		if answered[name] || s.NetworkMode == "none" || s.NetworkMode == "host" || strings.HasPrefix(s.NetworkMode, types.ServicePrefix) {
			continue
		}
		if !slices.ContainsFunc(findings, func(f diag.Finding) bool {
			return len(f.Path) > 1 && f.Path[1] == name && slices.Contains([]string{"no-service", "kind-chosen", "provider", "bridge-network"}, f.Code)
		}) {
			out = append(out, name)
		}
	}
	return out
}
