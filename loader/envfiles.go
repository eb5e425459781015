package loader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/loader/variables"
	"github.com/transship/transship/source"
)

// resolveEnvironment merges env_file and label_file into the services, as the last step of loading. compose-go would
// stop at the first missing file and would block on one that is a named pipe, so all are checked beforehand.
func (r *run) resolveEnvironment(ctx context.Context) error {
	p := r.project
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		at := diag.At("services", name)
		r.checkEnvFiles(at, &s.ContainerSpec)
		for i := range s.PreStart {
			r.checkEnvFiles(at.Key("pre_start").Index(i), &s.PreStart[i].ContainerSpec)
		}
		p.Services[name] = s
	}
	for _, name := range sorted.Keys(p.Jobs) {
		job := p.Jobs[name]
		r.checkEnvFiles(diag.At("jobs", name), &job.ContainerSpec)
		p.Jobs[name] = job
	}
	if len(r.failures) > 0 {
		return nil
	}
	variables.RegisterRawFormat()
	resolved, err := mergeFiles(p)
	if err == nil {
		resolved.Jobs, err = jobsWithFiles(p)
	}
	if err == nil {
		r.project = resolved
		return nil
	}
	if r.failures = r.envTextFindings(p); len(r.failures) == 0 {
		return r.explain(ctx, err)
	}
	return nil
}

func mergeFiles(p *types.Project) (*types.Project, error) {
	resolved, err := p.WithServicesEnvironmentResolved(false)
	if err != nil {
		return nil, err
	}
	return resolved.WithServicesLabelsResolved(false)
}

// jobsWithFiles returns the project's jobs with env_file and label_file merged in. compose-go v2.16 does that for
// services only, so the jobs pass as services.
func jobsWithFiles(p *types.Project) (types.Jobs, error) {
	if len(p.Jobs) == 0 {
		return p.Jobs, nil
	}
	stand := *p
	stand.Services, stand.Jobs = types.Services{}, nil
	for name, job := range p.Jobs {
		stand.Services[name] = types.ServiceConfig{Name: name, ContainerSpec: job.ContainerSpec}
	}
	resolved, err := mergeFiles(&stand)
	if err != nil {
		return nil, err
	}
	jobs := types.Jobs{}
	for name, job := range p.Jobs {
		job.ContainerSpec = resolved.Services[name].ContainerSpec
		jobs[name] = job
	}
	return jobs, nil
}

// checkEnvFiles reports the files that cannot be read. Those that are not there, and may be missing, are taken out.
func (r *run) checkEnvFiles(at diag.Path, c *types.ContainerSpec) {
	for i, e := range c.EnvFiles {
		if !r.checkMappingFile(at.Key("env_file").Index(i), e.Path, bool(e.Required), "env_file") {
			c.EnvFiles[i].Required = false
		}
	}
	var labelFiles []string
	for i, l := range c.LabelFiles {
		if r.checkMappingFile(at.Key("label_file").Index(i), l, true, "label_file") {
			labelFiles = append(labelFiles, l)
		}
	}
	c.LabelFiles = labelFiles
}

// checkMappingFile reports whether a file is there, or fails.
func (r *run) checkMappingFile(at diag.Path, path string, required bool, key string) bool {
	err, known := r.mappingFiles[path]
	if !known {
		_, err = variables.ReadFile(path, r.env.Resolve)
		r.mappingFiles[path] = err
	}
	absent := errors.Is(err, fs.ErrNotExist)
	if absent && !required {
		r.reportElsewhere(at, path, key)
		return false
	}
	if err == nil {
		return true
	}
	help := "create the file, or correct the path"
	if errors.Is(err, fs.ErrPermission) {
		help = "make it readable for you"
	}
	if key == "env_file" {
		help += "; env_file: {path: …, required: false} makes it optional"
	}
	f := diag.Finding{
		Code: "missing-file", Path: at, Range: r.locator.Locate(at), Help: help,
		Message: fmt.Sprintf("%s %s cannot be read: %v", key, r.displayName(path), err),
	}
	if absent {
		if r.options.AllowMissing {
			f.Severity, f.Message = diag.Warning, f.Message+"; what it sets is not set"
			r.absent.Add(f)
			return false
		}
		f.Help += "; --allow=missing-file goes on without it"
	}
	r.fail(f)
	return false
}

// reportElsewhere reports an optional file that is not here and has a place outside the project: it is on the machine that runs Docker. One inside the
// project, as .env.local, is mostly missing there as well.
func (r *run) reportElsewhere(at diag.Path, path, key string) {
	if !filepath.IsAbs(path) || source.Within(filepath.ToSlash(path), filepath.ToSlash(r.project.WorkingDir)) {
		return
	}
	r.absent.Add(diag.Finding{
		Severity: diag.Warning, Code: "missing-file", Path: at, Range: r.locator.Locate(at),
		Message: fmt.Sprintf("%s %s is not on this machine: what it sets where Docker runs is not set", key, r.displayName(path)),
		Help:    "copy it to the same place before the conversion, or name a file of the project",
	})
}

// envTextFindings parses the env files and label files of a project once more, each once: compose-go stops at the first
// that is invalid and does not tell who names it.
func (r *run) envTextFindings(p *types.Project) diag.List {
	var found diag.List
	seen := map[string]bool{}
	check := func(at diag.Path, files []types.EnvFile) {
		values := map[string]string{}
		for i, e := range files {
			data, err := variables.ReadFile(e.Path, r.env.Resolve)
			if err != nil || seen[e.Path] {
				continue // a file that may be missing, or one that was checked
			}
			seen[e.Path] = true
			if err := dotenv.ParseWithFormat(bytes.NewReader(data), e.Path, values, r.env.Resolve, e.Format); err != nil {
				f := variables.Problem(r.displayName(e.Path), data, err)
				f.Severity, f.Path = diag.Error, at.Index(i)
				found.Add(f)
			}
		}
	}
	container := func(at diag.Path, c types.ContainerSpec) {
		check(at.Key("env_file"), c.EnvFiles)
		labels := make([]types.EnvFile, 0, len(c.LabelFiles))
		for _, path := range c.LabelFiles {
			labels = append(labels, types.EnvFile{Path: path})
		}
		check(at.Key("label_file"), labels)
	}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		container(diag.At("services", name), s.ContainerSpec)
		for i, hook := range s.PreStart {
			container(diag.At("services", name, "pre_start").Index(i), hook.ContainerSpec)
		}
	}
	for _, name := range sorted.Keys(p.Jobs) {
		container(diag.At("jobs", name), p.Jobs[name].ContainerSpec)
	}
	return found
}
