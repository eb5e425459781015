// Command vuln says which published vulnerabilities the code of a Go module reaches. It runs govulncheck on the vulnerability database
// of the Go project, which is a Go module as well: no other server than the module proxy is asked.
//
//	go -C tools/vuln run . -module ../..
//
// It fails for a vulnerability of a dependency that the code reaches. One of Go's own library is printed and does not fail: no change in
// this repository mends it, but a newer Go does, and whoever builds a release has to know.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/vuln/scan"
)

// data is the module with the database. -data golang.org/x/vulndb@latest takes what is newest.
const data = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018"

func main() {
	module := flag.String("module", ".", "the directory of the module that is judged")
	database := flag.String("data", data, "the module with the vulnerability database, with its version")
	optional := flag.Bool("optional", false, "succeed where the database cannot be had, and say so")
	flag.Parse()
	folder, err := download(*database)
	if err != nil {
		fmt.Fprintln(os.Stderr, "the vulnerability database cannot be had:", err)
		if *optional {
			return
		}
		os.Exit(2)
	}
	found, err := run(*module, folder)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("with the data of %s:\n", *database)
	if write(os.Stdout, found) {
		os.Exit(1)
	}
}

// download returns the folder of the entries of the database: one file each, in the OSV format.
func download(database string) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", database).Output()
	var got struct{ Dir, Error string }
	if e := json.Unmarshal(out, &got); e != nil {
		return "", errors.Join(err, e)
	}
	if got.Error != "" {
		return "", errors.New(got.Error)
	}
	return filepath.Join(got.Dir, "data", "osv"), err
}

// run returns what govulncheck finds in the packages of a module.
func run(module, folder string) ([]vulnerability, error) {
	source := url.URL{Scheme: "file", Path: filepath.ToSlash(folder)}
	var out bytes.Buffer
	c := scan.Command(context.Background(), "-C", module, "-db", source.String(), "-format", "json", "./...")
	c.Stdout = &out
	if err := errors.Join(c.Start(), c.Wait()); err != nil {
		return nil, err
	}
	return read(&out)
}

// vulnerability is one that the module has.
type vulnerability struct {
	id, summary    string
	module         string // "stdlib" is Go's own library
	version, fixed string // fixed is empty where no version mends it
	reached        string // where the code reaches it; empty if it does not
}

// message is what of govulncheck's stream is read here.
type message struct {
	Config *struct {
		Level string `json:"scan_level"`
	} `json:"config"`
	OSV *struct {
		ID      string `json:"id"`
		Summary string `json:"summary"`
	} `json:"osv"`
	Finding *struct {
		OSV   string  `json:"osv"`
		Fixed string  `json:"fixed_version"`
		Trace []frame `json:"trace"`
	} `json:"finding"`
}

// frame is a step of a trace. The first is where the vulnerability is, the last the place in the code that is judged.
type frame struct {
	Module, Version, Package, Function string
	Position                           *struct {
		Filename string
		Line     int
	}
}

// read reads govulncheck's stream: each vulnerability once, sorted.
func read(stream io.Reader) ([]vulnerability, error) {
	summaries, found, scanned := map[string]string{}, map[string]vulnerability{}, false
	decoder := json.NewDecoder(stream)
	for {
		var m message
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("govulncheck's answer: %w", err)
		}
		switch {
		case m.Config != nil:
			scanned = m.Config.Level == "symbol"
		case m.OSV != nil:
			summaries[m.OSV.ID] = m.OSV.Summary
		case m.Finding != nil && len(m.Finding.Trace) > 0:
			f, at := m.Finding, m.Finding.Trace[0]
			v := vulnerability{id: f.OSV, module: at.Module, version: at.Version, fixed: f.Fixed}
			if at.Function != "" {
				v.reached = place(f.Trace)
			}
			if before, is := found[v.id+v.module]; !is || before.reached == "" {
				found[v.id+v.module] = v
			}
		}
	}
	if !scanned {
		return nil, errors.New("govulncheck did not look at functions")
	}
	var out []vulnerability
	for _, v := range found {
		v.summary = summaries[v.id]
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b vulnerability) int { return cmp.Or(cmp.Compare(a.module, b.module), cmp.Compare(a.id, b.id)) })
	return out, nil
}

// place returns where the code that is judged begins to reach a vulnerability.
func place(trace []frame) string {
	last := trace[len(trace)-1]
	if last.Position == nil {
		return last.Package + "." + last.Function
	}
	return fmt.Sprintf("%s:%d", last.Position.Filename, last.Position.Line)
}

// write prints the vulnerabilities, and reports whether the code reaches one of a dependency.
func write(w io.Writer, found []vulnerability) (fails bool) {
	counts := map[string]int{}
	for _, v := range found {
		fixed := "no version mends it"
		if v.fixed != "" {
			fixed = "mended in " + strings.TrimPrefix(v.fixed, "v")
		}
		kind := "not reached"
		switch {
		case v.reached != "" && v.module == "stdlib":
			kind = "in Go, reached from " + v.reached
			counts["go"]++
		case v.reached != "":
			kind = "REACHED from " + v.reached
			counts["dependencies"]++
		}
		fmt.Fprintf(w, "%s %s %s (%s): %s; %s\n", v.id, v.module, v.version, fixed, v.summary, kind)
	}
	fmt.Fprintf(w, "%d vulnerabilities of dependencies are reached, and %d of Go's own library, which a newer Go mends.\n", counts["dependencies"], counts["go"])
	return counts["dependencies"] > 0
}
