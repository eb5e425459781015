package loader

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/dockerfile"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/lockfile"
	"github.com/transship/transship/source"
)

// readDockerfiles collects what the services' own Dockerfiles state about their images. A Dockerfile that is missing
// or lies in a remote context yields nothing; one that cannot be read or parsed yields a finding.
func (r *run) readDockerfiles(p *types.Project, lock *lockfile.File) (map[string]source.ImageFacts, diag.List) {
	facts := map[string]source.ImageFacts{}
	var findings diag.List
	builds := source.BuildsOf(r.project)
	hosts, databases := dockerfile.NewHosts(unresolvable(p)), dockerfile.Databases{}
	read := func(section, name string, b *types.BuildConfig, spec *types.ContainerSpec, check *types.HealthCheckConfig) {
		if b == nil {
			return
		}
		at := diag.At(section, name, "build")
		text, origin, err := r.dockerfile(at, b)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			findings.Add(diag.Finding{
				Severity: diag.Warning, Code: "dockerfile-unread", Path: at, Range: r.locator.Locate(at),
				Message: fmt.Sprintf("%s cannot be read, so nothing is known about the image: %v", origin, disk.Cause(err)),
				Help:    "name a regular file that may be read in build.dockerfile",
			})
		}
		if text == nil {
			if r.reportMissing(at, b, &findings) {
				facts[name] = source.ImageFacts{ContextMissing: true}
			}
			return
		}
		found, err := dockerfile.Facts(text, dockerfile.Input{
			Build: b,
			Paths: append(lockfile.MountTargets(spec), checkers(text, check)...),
			Hosts: hosts, Databases: databases,
			Check: testOf(check),
			Base: func(reference string) (source.ImageFacts, bool) {
				entry, ok := lock.Find(reference, spec.Platform)
				return entry.Facts(), ok
			},
		})
		if err != nil {
			findings.Add(diag.Finding{
				Severity: diag.Info, Code: "dockerfile", Path: at, Range: r.locator.Locate(at),
				Message: fmt.Sprintf("%s cannot be understood, so nothing is known about the image: %v", origin, err),
				Help:    "check it with docker build --check",
			})
			return
		}
		if found.Source != "" { // of the base image
			origin += ", and its base image in " + found.Source
		}
		found.Source = origin
		facts[name] = found
	}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		read("services", name, builds.Of(s.Build, &s.ContainerSpec), &s.ContainerSpec, s.HealthCheck)
	}
	for _, name := range sorted.Keys(p.Jobs) {
		j := p.Jobs[name]
		read("jobs", name, builds.Of(j.Build, &j.ContainerSpec), &j.ContainerSpec, nil)
	}
	return facts, findings
}

// testOf returns the test of a healthcheck, nil for none.
func testOf(check *types.HealthCheckConfig) []string {
	if check == nil {
		return nil
	}
	return check.Test
}

// checkers returns the paths of the programs that a healthcheck may run and that many images lack.
func checkers(text []byte, check *types.HealthCheckConfig) []string {
	words := ""
	if check != nil {
		words = strings.Join(check.Test, " ")
	}
	if words == "" && bytes.Contains(text, []byte("HEALTHCHECK")) {
		words = string(text)
	}
	var paths []string
	for _, program := range []string{"curl", "wget", "nc", "ncat", "netcat", "telnet", "netstat", "ss", "dig", "nslookup", "ping", "jq", "lsof", "cgi-fcgi"} {
		if strings.Contains(words, program) {
			paths = append(paths, "/usr/bin/"+program)
		}
	}
	return paths
}

// dockerfile returns the text of a build's Dockerfile and what to call it, or nil if there is none on this machine. One that is there and
// cannot be read is an error.
func (r *run) dockerfile(at diag.Path, b *types.BuildConfig) (text []byte, origin string, err error) {
	if b.DockerfileInline != "" {
		return []byte(b.DockerfileInline), "dockerfile_inline of " + at.String(), nil
	}
	file := b.Dockerfile
	if !filepath.IsAbs(file) {
		if !filepath.IsAbs(b.Context) {
			return nil, "", nil // a git repository or URL
		}
		file = filepath.Join(b.Context, file)
	}
	text, err = disk.Read(file, disk.MaxFileSize)
	if errors.Is(err, fs.ErrNotExist) && filepath.Base(file) == "Dockerfile" { // BuildKit takes the other one
		if lower, e := disk.Read(filepath.Join(filepath.Dir(file), "dockerfile"), disk.MaxFileSize); e == nil {
			return lower, "Dockerfile " + r.inProject(filepath.Join(filepath.Dir(file), "dockerfile")), nil
		}
	}
	return text, "Dockerfile " + r.inProject(file), err
}

// reportMissing reports a build whose sources are not here. It tells whether the whole directory is missing.
func (r *run) reportMissing(at diag.Path, b *types.BuildConfig, findings *diag.List) (isContext bool) {
	missing, isContext := r.missingOf(b)
	if missing != "" {
		findings.Add(diag.Finding{
			Severity: diag.Info, Code: "sources-missing", Path: at, Range: r.locator.Locate(at),
			Message: missing + " does not exist here: nothing is known about the image, and nobody can build it from what is here",
			Help:    "convert where the sources are; git submodule update --init fetches those of a submodule",
		})
	}
	return isContext
}

// missingOf returns the directory or the Dockerfile of a build that should be on this machine and is not, "" if both are there or are elsewhere. It reports
// whether that is the directory.
func (r *run) missingOf(b *types.BuildConfig) (name string, isContext bool) {
	if !filepath.IsAbs(b.Context) { // a git repository or URL
		return "", false
	}
	if _, err := os.Stat(b.Context); errors.Is(err, fs.ErrNotExist) {
		return r.inProject(b.Context), true
	}
	file := b.Dockerfile
	if !filepath.IsAbs(file) {
		file = filepath.Join(b.Context, file)
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return r.inProject(file), false
	}
	return "", false
}

// inProject names a file the same way wherever the conversion runs: below the project directory, or by its last element.
func (r *run) inProject(file string) string {
	if rel, err := filepath.Rel(r.dir, file); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return filepath.Base(file)
}

// resolvable matches the names that a Service can have.
var resolvable = pattern.New(`^[a-z]([-a-z0-9]*[a-z0-9])?$`)

// unresolvable returns the names of services and containers of a project that no Service can have, sorted: peers that are built here may ask for them.
func unresolvable(p *types.Project) []string {
	var names []string
	for _, s := range p.Services {
		told := []string{s.Name, s.ContainerName}
		for _, network := range s.Networks {
			if network != nil {
				told = append(told, network.Aliases...)
			}
		}
		for _, link := range s.Links {
			_, alias, _ := strings.Cut(link, ":")
			told = append(told, alias)
		}
		for _, name := range told {
			if name != "" && !resolvable.MatchString(strings.ToLower(name)) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
