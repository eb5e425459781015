// Command figures runs a transship program over a folder of real projects and prints what people see of it: how many projects convert,
// the findings by severity and code, the lines on standard error, and the forms of Services. It judges any version of the program.
//
//	go build -o bin/transship ./cmd/transship
//	go run ./internal/corpus/figures -program bin/transship -corpus DIR
package main

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/transship/transship/internal/corpus"
	"github.com/transship/transship/internal/pattern"
)

var (
	entry     = pattern.New(`(?m)^(?:\S.*: )?(error|warning|info)\[([a-z0-9-]+)\]|^   also: `)
	isService = pattern.New(`(?m)^kind: Service$`)
	headless  = pattern.New(`(?m)^  clusterIP: None$`)
	external  = pattern.New(`(?m)^  type: ExternalName$`)
)

// figures is what is counted over all projects.
type figures struct {
	projects, converted, loaded int
	shown                       []int          // lines on standard error without -v, one number a project
	findings                    map[string]int // by "severity[code]"
	services, headless          int
}

func main() {
	program := flag.String("program", "", "the program to run")
	folder := flag.String("corpus", os.Getenv("TRANSSHIP_CORPUS"), "the folder of projects")
	flag.Parse()
	path, err := filepath.Abs(*program)
	if err == nil {
		err = run(path, *folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func run(program, folder string) error {
	projects, err := corpus.Read(folder)
	if err != nil {
		return err
	}
	f := figures{findings: map[string]int{}}
	for _, p := range projects {
		if err := f.add(program, p); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	f.print()
	return nil
}

// add converts one project: as people do, with all findings, and with its errors allowed.
func (f *figures) add(program string, p corpus.Project) error {
	_, seen, code, err := convert(program, p)
	if err != nil {
		return err
	}
	_, all, _, err := convert(program, p, "-v")
	if err != nil {
		return err
	}
	f.projects++
	if code == 0 {
		f.converted++
	}
	f.shown = append(f.shown, strings.Count(seen, "\n"))
	allowed, last := []string{}, ""
	for _, m := range entry.FindAllStringSubmatch(all, -1) {
		last = cmp.Or(strings.Trim(m[1]+"["+m[2]+"]", "[]"), last) // an "also" is one more of the last
		f.findings[last]++
		if m[1] == "error" {
			allowed = append(allowed, m[2])
		}
	}
	slices.Sort(allowed)
	output, _, _, err := convert(program, p, "--allow="+strings.Join(slices.Compact(allowed), ","))
	for document := range strings.SplitSeq(output, "\n---\n") {
		if isService.MatchString(document) && !external.MatchString(document) {
			f.services++
			if headless.MatchString(document) {
				f.headless++
			}
		}
	}
	if output != "" {
		f.loaded++
	}
	return err
}

// convert runs the program in the directory of a project, without the environment of this machine, and returns its exit code.
func convert(program string, p corpus.Project, options ...string) (output, said string, code int, err error) {
	args := []string{"convert"}
	for _, name := range p.Files {
		args = append(args, "-f", name)
	}
	args = append(args, "--profile", "*")
	c := exec.Command(program, append(args, options...)...)
	c.Dir, c.Env = p.Directory, []string{"PATH=/usr/bin:/bin"}
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	if err = c.Run(); c.ProcessState == nil {
		return "", "", 0, err
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode(), nil
}

func (f *figures) print() {
	slices.Sort(f.shown)
	at := func(part float64) int { return f.shown[min(int(part*float64(len(f.shown))), len(f.shown)-1)] }
	fmt.Printf("%d projects: %d convert by default, %d with their errors allowed\n", f.projects, f.converted, f.loaded)
	fmt.Printf("lines shown: median %d, nine of ten below %d, most %d\n", at(0.5), at(0.9), at(1))
	fmt.Printf("Services: %d with an address, %d headless\n", f.services-f.headless, f.headless)
	bySeverity := map[string]int{}
	for key, n := range f.findings {
		severity, _, _ := strings.Cut(key, "[")
		bySeverity[severity] += n
	}
	for _, severity := range []string{"error", "warning", "info"} {
		fmt.Printf("%s: %d\n", severity, bySeverity[severity])
	}
	keys := slices.Collect(maps.Keys(f.findings))
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(f.findings[b]-f.findings[a], strings.Compare(a, b)) })
	for _, key := range keys {
		fmt.Printf("%6d %s]\n", f.findings[key], key)
	}
}
