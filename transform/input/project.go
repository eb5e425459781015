// Package input is what a conversion looks at: the Compose project, its options, x-kubernetes, the files that it refers to
// and what is known about its images. It answers questions about what the user wrote and decides nothing.
package input

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
)

// Project is a Compose project as a conversion reads it. Nothing in it is changed once [New] has returned.
type Project struct {
	Compose  *types.Project
	Model    map[string]any // the merged model before defaults: it knows which keys the user wrote
	Files    source.Files
	Options  Options // with every default filled in
	Ext      extension.All
	Services []*Service          // services and jobs, by name
	ByName   map[string]*Service // the same, by Compose name
	// ImageRefs are the images that were built and delivered, by service or job name.
	ImageRefs  map[string]string
	Secrets    *secret.Set // the secret values of the project
	Texts      source.Texts
	mounts     map[string][]extension.Mount
	builds     source.Builds
	ownSecrets func() *secret.Set // those that the project itself holds, not the machine
	plain      func() []source.Part
}

// SecretIn returns the name of a variable or secret of the project whose value stands in the text of a file, that of a setting there which is
// a secret, [someSecret] if one of a known form stands there, "" if none does.
func (p *Project) SecretIn(file string, text []byte) string {
	if p.Options.EnvSecrets == "none" { // then they are in plain objects anyway
		return ""
	}
	if found := p.ownSecrets().Find(string(text)); len(found) > 0 {
		return found[0].Name
	}
	if secret.Shows(string(text)) {
		return someSecret
	}
	return secret.InSettings(file, string(text))
}

// someSecret stands for the name of a secret that has none, where a sentence names whose value stands in a text.
const someSecret = "a secret"

// New reads a project. The extensions are decoded here, once; what is wrong with them is added to the findings.
func New(project *types.Project, model map[string]any, files source.Files, facts map[string]source.ImageFacts, options Options, findings *report.Findings) *Project {
	ext, problems := extension.Read(project)
	for _, problem := range problems {
		findings.Add(problem.Code, problem.Path, problem.Message, problem.Help)
	}
	p := &Project{
		Compose: project, Model: model, Files: files, Options: options.withDefaults(ext.Project), Ext: ext,
		ByName: map[string]*Service{}, mounts: map[string][]extension.Mount{}, builds: source.BuildsOf(project),
		ownSecrets: sync.OnceValue(func() *secret.Set { return secret.OfSources(project, model, files) }),
	}
	p.plain = sync.OnceValue(p.plainSecrets)
	for _, name := range sorted.Keys(project.Services) {
		p.add(&Service{Name: name, Path: diag.At("services", name), Config: project.Services[name]}, facts)
	}
	for _, name := range sorted.Keys(project.Jobs) {
		job := project.Jobs[name]
		p.add(&Service{Name: name, Path: diag.At("jobs", name), Config: serviceOfJob(name, job), Job: &job}, facts)
	}
	slices.SortFunc(p.Services, func(a, b *Service) int { return cmp.Compare(a.Name, b.Name) })
	peers := rootPeers(p.Services)
	for _, s := range p.Services {
		s.rootPeer = peers[s.Config.Image]
		s.Joins = p.joins(s)
		s.Ports, s.Listened = declaredPorts(s, findings), p.listenedPorts(s)
		for _, c := range s.Containers() {
			p.readMounts(c, findings)
			c.becoming = p.becomes(c)
			c.toldPrivate = sync.OnceValue(func() map[string]string { return privateTargets(p.settingsOf(c)) })
		}
	}
	return p
}

// add completes a service and adds it.
func (p *Project) add(s *Service, facts map[string]source.ImageFacts) {
	s.platform = platformOf(&s.Config)
	s.Ext = p.Ext.Services[s.Name]
	s.build, s.stated = p.builds.Of(s.Config.Build, &s.Config.ContainerSpec), facts[s.Name]
	s.row = sync.OnceValues(func() (images.Image, bool) {
		if s.build != nil {
			return images.Lookup(s.stated.BaseImage)
		}
		return images.Lookup(s.Config.Image)
	})
	s.mounted = sync.OnceValue(func() string { return p.mountedText(s) })
	s.settings = sync.OnceValue(func() string { return p.settingsText(s) })
	s.script = p.mountedProgram(s)
	s.Facts = imageFacts(s)
	s.NetworkMode = p.networkMode(s)
	s.containers = containersOf(s, facts)
	s.PublishType = p.Options.Publish
	if s.Ext.Publish != nil && s.Ext.Publish.Type != "" {
		s.PublishType = Publish(s.Ext.Publish.Type)
	}
	p.Services = append(p.Services, s)
	p.ByName[s.Name] = s
}

// readMounts decodes x-kubernetes of the items of a container's volumes.
func (p *Project) readMounts(c *Container, findings *report.Findings) {
	for i, v := range c.Spec.Volumes {
		mount, problems := extension.ReadMount(v, c.At.Key("volumes").Index(i))
		for _, problem := range problems {
			findings.Add(problem.Code, problem.Path, problem.Message, problem.Help)
		}
		mount.As = cmp.Or(mount.As, c.Service.Ext.VolumeType)
		p.mounts[c.At.String()] = append(p.mounts[c.At.String()], mount)
	}
}

// Mount returns x-kubernetes of the i-th item of a container's volumes.
func (p *Project) Mount(c *Container, i int) extension.Mount { return p.mounts[c.At.String()][i] }

// Instance returns the project name as a label value.
func (p *Project) Instance() string { return labels.Value(p.Compose.Name) }

// Wrote reports whether the user's files hold a key, also when its value is the zero value of its type.
func (p *Project) Wrote(at diag.Path) bool {
	_, ok := p.lookup(at)
	return ok
}

// Written returns the value of a key as the merged files have it, or nil.
func (p *Project) Written(at diag.Path) any {
	value, _ := p.lookup(at)
	return value
}

func (p *Project) lookup(at diag.Path) (any, bool) {
	var node any = p.Model
	for i, key := range at {
		if index, isItem := at[:i+1].ListIndex(); isItem {
			list, ok := node.([]any)
			if !ok || index >= len(list) {
				return nil, false
			}
			node = list[index]
			continue
		}
		m, ok := node.(map[string]any)
		if !ok {
			return nil, false
		}
		if node, ok = m[key]; !ok {
			return nil, false
		}
	}
	return node, true
}

// ContainerNamed returns the service whose only container has this name, or nil.
func (p *Project) ContainerNamed(name string) *Service {
	for _, s := range p.Services {
		if s.Config.ContainerName == name && name != "" {
			return s
		}
	}
	return nil
}

// Directory returns the cleaned directory of the project.
func (p *Project) Directory() string { return path.Clean(p.Compose.WorkingDir) }

// Relative returns a path as it is written in a Compose file, from the project directory: what people read is to be the same
// wherever the project lies.
func (p *Project) Relative(file string) string {
	root := p.Directory()
	switch {
	case file == root:
		return "."
	case source.Within(file, root):
		return "./" + strings.TrimPrefix(strings.TrimPrefix(file, root), "/")
	}
	var up strings.Builder
	for dir := path.Dir(root); strings.Count(dir, "/") > 1; dir = path.Dir(dir) {
		if up.WriteString("../"); file == dir {
			return strings.TrimSuffix(up.String(), "/")
		} else if source.Within(file, dir) {
			return up.String() + strings.TrimPrefix(strings.TrimPrefix(file, dir), "/")
		}
	}
	return file
}

// LocalText returns the text of a file that was read with the project, or "".
func (p *Project) LocalText(file string) string {
	if f := p.Files[file]; f != nil && f.Kind == source.Regular && source.IsText(f.Data) {
		return string(f.Data)
	}
	return ""
}

// mountedProgram returns the text of the file of the project that a service mounts where its Dockerfile says that the program is.
func (p *Project) mountedProgram(s *Service) string {
	command := slices.Concat(s.stated.Entrypoint, s.stated.Cmd)
	if len(command) == 0 {
		return ""
	}
	for _, v := range s.Config.Volumes {
		if f := p.Files[path.Clean(v.Source)]; v.Type == types.VolumeTypeBind && f != nil && f.Kind == source.Regular && path.Clean(v.Target) == command[0] {
			return string(f.Data)
		}
	}
	return ""
}

// MountedText returns the texts of the files of the project that a service mounts, or that are built into its image, one after the other.
func (p *Project) MountedText(s *Service) string { return s.mounted() }

func (p *Project) mountedText(s *Service) string {
	var b strings.Builder
	for _, t := range p.mountedFiles(s) {
		b.WriteString(t.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// SettingsText returns the texts of the files of the project that a service mounts and that its program reads as settings: those that its words name,
// else those where the program looks by itself, and what they name. Of a program of which that is not known it is all of [Project.MountedText].
func (p *Project) SettingsText(s *Service) string { return s.settings() }

func (p *Project) settingsText(s *Service) string {
	if isRead := readsSettings(&s.Config); isRead != nil && s.build == nil && len(s.Config.Volumes)+len(s.Config.Configs) > 0 {
		return readTexts(p.mountedFiles(s), isRead)
	}
	return s.mounted()
}

// mountedFiles returns the files of the project that a service mounts, or that are built into its image.
func (p *Project) mountedFiles(s *Service) []mountedFile {
	var list []mountedFile
	for _, v := range s.Config.Volumes {
		f := p.Files[path.Clean(v.Source)]
		if v.Type != types.VolumeTypeBind || f == nil {
			continue
		}
		for _, e := range slices.Concat(f.Entries, []source.Entry{{File: *f}}) {
			if e.Kind == source.Regular && source.IsText(e.Data) {
				list = append(list, mountedFile{path.Join(v.Target, e.Path), string(e.Data)})
			}
		}
	}
	for _, c := range s.Config.Configs {
		place := c.Target
		if !path.IsAbs(place) {
			place = "/" + cmp.Or(place, c.Source)
		}
		list = append(list, mountedFile{path.Clean(place), p.ConfigText(c.Source)})
	}
	for _, t := range s.Facts.Texts {
		list = append(list, mountedFile{t.Place, t.Text})
	}
	return list
}

// ConfigText returns the text of a config, or "" if the project does not hold it.
func (p *Project) ConfigText(name string) string {
	c := p.Compose.Configs[name]
	if c.Content != "" {
		return c.Content
	}
	return p.LocalText(c.File)
}

// rootPeers returns, by image, the first service that asks to run as root: nobody asks for what the image does anyway.
func rootPeers(services []*Service) map[string]string {
	peers := map[string]string{}
	for _, s := range services {
		user, _, _ := strings.Cut(s.Config.User, ":")
		if image := s.Config.Image; image != "" && peers[image] == "" && (user == "root" || user == "0") {
			peers[image] = s.Name
		}
	}
	return peers
}
