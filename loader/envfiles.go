package loader

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// resolveEnvironment merges env_file and label_file into the services, as the last step of loading. compose-go would
// stop at the first missing file and would block on one that is a named pipe, so all are checked beforehand.
func (r *run) resolveEnvironment(p *types.Project) (*types.Project, error) {
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		at := diag.At("services", name)
		r.checkEnvFiles(at, &s.ContainerSpec)
		for i := range s.PreStart {
			r.checkEnvFiles(at.Key("pre_start").Index(i), &s.PreStart[i].ContainerSpec)
		}
		p.Services[name] = s
	}
	for _, name := range sortedKeys(p.Jobs) {
		job := p.Jobs[name]
		r.checkEnvFiles(diag.At("jobs", name), &job.ContainerSpec)
		p.Jobs[name] = job
	}
	if len(r.failures) > 0 {
		return nil, r.failed()
	}
	registerRawFormat()
	resolved, err := mergeFiles(p)
	if err == nil {
		resolved.Jobs, err = jobsWithFiles(p)
	}
	if err != nil {
		found := r.envTextFindings(p)
		if len(found) == 0 {
			r.explain(err)
		}
		r.failures = append(r.failures, found...)
		return nil, r.failed()
	}
	return resolved, nil
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
	info, err := os.Stat(path)
	absent := os.IsNotExist(err)
	if absent && !required {
		return false
	}
	if err == nil && path != os.DevNull {
		err = checkRegular(info, maxEnvFileSize)
	}
	if err == nil {
		err = checkReadable(path)
	}
	if err == nil {
		return true
	}
	help := "create the file, or correct the path"
	if os.IsPermission(err) {
		help = "make it readable for you"
	}
	if key == "env_file" {
		help += "; env_file: {path: …, required: false} makes it optional"
	}
	f := diag.Finding{
		Code: "missing-file", Path: at, Range: r.locator.Locate(at), Help: help,
		Message: fmt.Sprintf("%s %s cannot be read: %v", key, r.displayName(path), cause(err)),
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

// checkReadable reports whether this user may read a file.
func checkReadable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
