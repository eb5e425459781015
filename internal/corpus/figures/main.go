// Command figures runs a transship program over a folder of real projects and prints what people see of it: how many projects convert,
// the findings by severity and code, the lines on standard error, and the forms of Services. It judges any version of the program.
//
//	go build -o bin/transship ./cmd/transship
//	go run ./internal/corpus/figures -program bin/transship -corpus DIR
package main

import (
	"bytes"
	"cmp"
	"context"
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
	isSecret  = pattern.New(`(?m)^kind: Secret$`)
	entryKey  = pattern.New(`(?m)^  [A-Za-z0-9_.-]+: \S`)
	objName   = pattern.New(`(?m)^  name: (\S+)$`)
	portLine  = pattern.New(`(?m)^    port: (\d+)$`)
	hostPort  = pattern.New(`(?:^|[\s"'/@,=])([a-z][a-z0-9-]*):(\d{2,5})\b`)
	imageRef  = pattern.New(`(?m)^ +(?:- )?image: \S+$`)
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
	lacking                     []string // ports that a text names and the Service with an address does not have
	secretValues                int      // variables that stand in Secrets
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
	f.readTexts(p.Name, strings.Split(output, "\n---\n"))
	return err
}

// readTexts looks for NAME:PORT in all other objects than the Service of that name, as text, and counts what stands in Secrets. It shares
// no code with the converter.
func (f *figures) readTexts(project string, documents []string) {
	ports := map[string][]string{} // of Services with an address
	for _, d := range documents {
		if name := objName.FindStringSubmatch(d); name != nil && isService.MatchString(d) && !headless.MatchString(d) && !external.MatchString(d) {
			for _, m := range portLine.FindAllStringSubmatch(d, -1) {
				ports[name[1]] = append(ports[name[1]], m[1])
			}
		}
		if isSecret.MatchString(d) {
			_, data, _ := strings.Cut(strings.Replace(d, "\nstringData:\n", "\ndata:\n", 1), "\ndata:\n")
			f.secretValues += len(entryKey.FindAllString(data, -1))
		}
	}
	for _, d := range documents {
		for _, m := range hostPort.FindAllStringSubmatch(imageRef.ReplaceAllString(d, ""), -1) {
			have, isAddress := ports[m[1]]
			if wants := project + " " + m[1] + ":" + m[2]; isAddress && !slices.Contains(have, m[2]) && !slices.Contains(f.lacking, wants) {
				f.lacking = append(f.lacking, wants)
			}
		}
	}
}

// convert runs the program in the directory of a project, without the environment of this machine, and returns its exit code.
func convert(program string, p corpus.Project, options ...string) (output, said string, code int, err error) {
	args := []string{"convert"}
	for _, name := range p.Files {
		args = append(args, "-f", name)
	}
	args = append(args, "--profile", "*")
	c := exec.CommandContext(context.Background(), program, append(args, options...)...)
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
	fmt.Printf("values in Secrets: %d\n", f.secretValues)
	fmt.Printf("ports that a text names and a Service with an address lacks: %d\n", len(f.lacking))
	for _, l := range f.lacking {
		fmt.Println("      ", l)
	}
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
