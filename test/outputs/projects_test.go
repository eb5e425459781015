package outputs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// project is one conversion: a folder, the compose files and the flags.
type project struct {
	name, dir string
	files     []string
	flags     []string
}

// args returns the arguments of a conversion with further files and flags.
func (p project) args(more ...string) []string {
	args := []string{"convert"}
	for _, f := range p.files {
		args = append(args, "-f", f)
	}
	return append(append(args, p.flags...), more...)
}

// goldens returns the golden cases and the bundled examples.
func goldens(t *testing.T) []project {
	t.Helper()
	var projects []project
	for _, pattern := range []string{"testdata/cases/*/compose.y*ml", "examples/*/compose.yaml"} {
		found, err := filepath.Glob(filepath.Join(repository(), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			dir := filepath.Dir(file)
			p := project{name: filepath.Base(dir), dir: dir, files: []string{filepath.Base(file)}}
			if flags, err := os.ReadFile(filepath.Join(dir, "flags")); err == nil {
				p.flags = strings.Fields(string(flags))
			}
			projects = append(projects, p)
		}
	}
	if len(projects) < 40 {
		t.Fatalf("only %d golden cases", len(projects))
	}
	return projects
}

// realProjects returns those of the folder that TRANSSHIP_CORPUS names, none without it. Its INDEX.tsv has the columns
// set, project, source, commit, compose files (comma-separated, in the order of -f), loads, … and notes.
func realProjects(t *testing.T) []project {
	t.Helper()
	folder := os.Getenv("TRANSSHIP_CORPUS")
	if folder == "" {
		return nil
	}
	index, err := os.ReadFile(filepath.Join(folder, "INDEX.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var projects []project
	for i, line := range strings.Split(strings.TrimSpace(string(index)), "\n") {
		columns := strings.Split(line, "\t")
		if i == 0 || len(columns) < 10 {
			continue
		}
		dir := filepath.Join(folder, columns[0], filepath.FromSlash(columns[1]))
		if _, err := os.Stat(dir); err != nil {
			continue
		}
		p := project{name: columns[1] + ":" + columns[4], dir: dir, flags: []string{"--profile", "*"}}
		if !strings.Contains(columns[9], "default discovery") || strings.Contains(columns[4], ",") { // the base has no override file
			p.files = strings.Split(columns[4], ",")
		}
		projects = append(projects, p)
	}
	return projects
}

// allow adds the flag that accepts the errors of a project, so that what is left can be judged. It reports whether the project converts.
func (p *project) allow(t *testing.T) bool {
	t.Helper()
	var codes []string
	for range 3 { // what one error hides may show another
		o := transship(t, p.dir, p.args("--findings=json")...)
		if o.code == 0 {
			return true
		}
		for _, code := range errorCodes(o.stderr) {
			codes = append(codes, code)
		}
		if len(codes) == 0 {
			return false
		}
		p.flags = append(p.flags, "--allow="+strings.Join(codes, ","))
	}
	return false
}
