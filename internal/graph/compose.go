package graph

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/sorted"
)

// OfProject returns the graph of a Compose project: published ports, services and jobs, and what these use. Every text
// passes through mask, which takes secrets out of it.
func OfProject(p *types.Project, mask func(string) string) Graph {
	c := &compose{builder: newBuilder(p.Name, "compose", mask), project: p}
	for _, name := range sorted.Keys(p.Services) {
		s := p.Services[name]
		c.container("service", "services."+name, s.ContainerSpec, s.WorkloadSpec)
		c.published(name, s.Ports)
		c.networks("service/"+name, s)
	}
	for _, name := range sorted.Keys(p.Jobs) {
		job := p.Jobs[name]
		c.container("job", "jobs."+name, job.ContainerSpec, job.WorkloadSpec)
	}
	return c.finish()
}

type compose struct {
	*builder
	project *types.Project
}

func (c *compose) container(kind, path string, spec types.ContainerSpec, work types.WorkloadSpec) {
	_, name, _ := strings.Cut(path, ".")
	id := kind + "/" + name
	n := Node{Kind: kind, Name: name, Column: Workloads, Path: path, Detail: spec.Image}
	if spec.Image == "" && work.Build != nil {
		n.Detail = "built here"
	}
	c.node(n)
	for _, v := range spec.Volumes {
		c.volume(id, v)
	}
	for _, f := range spec.Configs {
		c.uses(id, "config", "configs."+f.Source, f.Source)
	}
	for _, f := range spec.Secrets {
		c.uses(id, "secret", "secrets."+f.Source, f.Source)
	}
	for _, other := range sorted.Keys(work.DependsOn) {
		label := ""
		switch work.DependsOn[other].Condition {
		case types.ServiceConditionHealthy:
			label = "healthy"
		case types.ServiceConditionCompletedSuccessfully:
			label = "completed"
		}
		target := "service/" + other
		if _, isJob := c.project.Jobs[other]; isJob {
			target = "job/" + other
		}
		c.edge(Edge{From: id, To: target, Kind: "waits", Label: label})
	}
}

func (c *compose) volume(id string, v types.ServiceVolumeConfig) {
	switch v.Type {
	case types.VolumeTypeVolume:
		if v.Source != "" {
			c.uses(id, "volume", "volumes."+v.Source, v.Source)
		}
	case types.VolumeTypeBind:
		name := v.Source
		if rel, err := filepath.Rel(c.project.WorkingDir, v.Source); err == nil && filepath.IsLocal(rel) {
			name = "./" + filepath.ToSlash(rel)
		}
		c.uses(id, "bind", "", name)
	}
}

func (c *compose) uses(id, kind, path, name string) {
	n := c.node(Node{Kind: kind, Name: name, Column: Data, Path: path})
	c.edge(Edge{From: id, To: n.ID, Kind: "uses"})
}

func (c *compose) published(name string, ports []types.ServicePortConfig) {
	for _, p := range ports {
		if p.Published == "" {
			continue
		}
		n := c.node(Node{ID: outside, Kind: "outside", Name: "this machine", Column: Outside})
		c.edge(Edge{From: n.ID, To: "service/" + name, Kind: "routes", Label: fmt.Sprintf("%s → %d", p.Published, p.Target)})
	}
}

// networks notes the networks of a service, unless all services are on the one that everybody gets.
func (c *compose) networks(id string, s types.ServiceConfig) {
	for _, network := range sorted.Keys(s.Networks) {
		if network != "default" {
			c.nodes[id].Groups = append(c.nodes[id].Groups, network)
		}
	}
}
