package transform

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
)

// withSlashes returns the input of a project that lies on a drive of Windows as it would be elsewhere: paths of its directory, and of those
// around it, with slashes, C:\shop\site as /C:/shop/site. All else here takes paths to be like that, and the same project is to give the
// same bytes everywhere. What people have written with a drive stays as it is.
func withSlashes(in Input) (Input, error) {
	if !input.IsDrivePath(in.Project.WorkingDir) {
		return in, nil
	}
	s := slashes{root: slashed(in.Project.WorkingDir), native: map[string]string{}}
	project, err := in.Project.WithServicesTransform(func(_ string, c types.ServiceConfig) (types.ServiceConfig, error) { return c, nil }) // a copy
	if err != nil {
		return in, err
	}
	project.WorkingDir = s.root
	for _, services := range []types.Services{project.Services, project.DisabledServices} {
		for name, c := range services {
			s.container(&c.ContainerSpec)
			c.Build = s.build(c.Build)
			services[name] = c
		}
	}
	for _, jobs := range []types.Jobs{project.Jobs, project.DisabledJobs} {
		for name, c := range jobs {
			s.container(&c.ContainerSpec)
			c.Build = s.build(c.Build)
			jobs[name] = c
		}
	}
	for name, c := range project.Configs {
		c.File = s.path(c.File)
		project.Configs[name] = c
	}
	for name, c := range project.Secrets {
		c.File = s.path(c.File)
		project.Secrets[name] = c
	}
	for name, v := range project.Volumes {
		if device, has := v.DriverOpts["device"]; has {
			v.DriverOpts = maps.Clone(v.DriverOpts)
			v.DriverOpts["device"] = s.path(device)
			project.Volumes[name] = v
		}
	}
	in.Project, in.Files, in.Images = project, s.files(in.Files), s.images(in.Images)
	if read := in.Texts.InEnvFile; read != nil {
		in.Texts.InEnvFile = func(file, name string) (source.Text, bool) {
			if native, known := s.native[file]; known {
				file = native
			}
			return read(file, name)
		}
	}
	return in, nil
}

func slashed(name string) string { return path.Clean("/" + strings.ReplaceAll(name, `\`, "/")) }

// slashes rewrites the paths of a project.
type slashes struct {
	root   string            // its directory, with slashes
	native map[string]string // what was rewritten
}

// path returns a path with slashes if it lies in the directory of the project or in one above it that is no drive and not directly in one.
func (s slashes) path(name string) string {
	if !input.IsDrivePath(name) {
		return name
	}
	full := slashed(name)
	for dir := s.root; strings.Count(dir, "/") > 2; dir = path.Dir(dir) {
		if source.Within(full, dir) {
			s.native[full] = name
			return full
		}
	}
	return name
}

func (s slashes) container(c *types.ContainerSpec) {
	c.Volumes = slices.Clone(c.Volumes)
	for i := range c.Volumes {
		c.Volumes[i].Source = s.path(c.Volumes[i].Source)
	}
	c.EnvFiles = slices.Clone(c.EnvFiles)
	for i := range c.EnvFiles {
		c.EnvFiles[i].Path = s.path(c.EnvFiles[i].Path)
	}
	if c.CredentialSpec != nil {
		spec := *c.CredentialSpec
		spec.File = s.path(spec.File)
		c.CredentialSpec = &spec
	}
}

func (s slashes) build(written *types.BuildConfig) *types.BuildConfig {
	if written == nil {
		return nil
	}
	build := *written
	build.Context, build.Dockerfile = s.path(build.Context), s.path(build.Dockerfile)
	return &build
}

func (s slashes) files(files source.Files) source.Files {
	out := source.Files{}
	for name, f := range files {
		out[s.path(name)] = f
	}
	return out
}

func (s slashes) images(images map[string]source.ImageFacts) map[string]source.ImageFacts {
	out := map[string]source.ImageFacts{}
	for service, facts := range images {
		facts.Paths = maps.Clone(facts.Paths)
		for target, p := range facts.Paths {
			p.CopiedFrom = slices.Clone(p.CopiedFrom)
			for i := range p.CopiedFrom {
				p.CopiedFrom[i] = s.path(p.CopiedFrom[i])
			}
			facts.Paths[target] = p
		}
		out[service] = facts
	}
	return out
}
