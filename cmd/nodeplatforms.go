package cmd

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/build"
	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// comparePlatforms compares what transship.lock knows of the images that the nodes pull with what the nodes are. Images that
// the project builds are compared when they are built.
func (f *imageFlags) comparePlatforms(ctx context.Context, client *cluster.Client, result *convert.Result, allow []string) (diag.List, error) {
	p := result.Loaded.Project
	var found diag.List
	var nodes []string
	compare := func(kind, name string, spec *types.ContainerSpec, isBuilt bool) error {
		facts := result.Loaded.Images[name]
		if !facts.Locked || isBuilt {
			return nil
		}
		if nodes == nil {
			about, err := client.About(ctx)
			if err != nil {
				return err
			}
			nodes = append([]string{}, clusterOf(about).Platforms()...)
		}
		finding, isFound := judgeImage(spec, facts, nodes)
		if !isFound {
			return nil
		}
		finding.Path = diag.At(kind, name, "image")
		finding.Range = result.Loaded.Locate(finding.Path)
		if finding.Severity == diag.Error && slices.Contains(allow, finding.Code) {
			finding.Severity = diag.Warning
		}
		found.Add(finding)
		return nil
	}
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		if err := compare("services", name, &s.ContainerSpec, s.Build != nil); err != nil {
			return nil, err
		}
	}
	for _, name := range sortedNames(p.Jobs) {
		j := p.Jobs[name]
		if err := compare("jobs", name, &j.ContainerSpec, j.Build != nil); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// judgeImage compares one image with the platforms of the nodes, which are not known where there are none.
func judgeImage(spec *types.ContainerSpec, facts source.ImageFacts, nodes []string) (diag.Finding, bool) {
	offered := make([]string, 0, len(facts.Platforms))
	for _, platform := range facts.Platforms {
		offered = append(offered, build.NodePlatform(platform))
	}
	lacks := slices.DeleteFunc(slices.Clone(nodes), func(node string) bool { return slices.Contains(offered, node) })
	switch {
	case len(nodes) == 0, spec.Platform != "": // the key chooses nodes, and is compared with the lock when that is read
		return diag.Finding{}, false
	case len(offered) > 0 && len(lacks) > 0:
		message := fmt.Sprintf("%s exists for %s, and the nodes are %s", spec.Image, strings.Join(facts.Platforms, " and "), strings.Join(nodes, " and "))
		help := "name an image that exists for the nodes"
		if len(lacks) < len(nodes) {
			message += ": a Pod may be started where it cannot run"
			help = "write `platform: " + facts.Platforms[0] + "`, which chooses the nodes as well"
		}
		return diag.Finding{Severity: diag.Error, Code: "build-platform", Message: message, Help: help + "; where the nodes emulate it, --allow=build-platform goes on"}, true
	case !slices.Contains(nodes, build.NodePlatform(facts.Platform)):
		return diag.Finding{
			Severity: diag.Warning, Code: "lock-platform",
			Message: fmt.Sprintf("transship.lock tells what %s has for %s, and the nodes are %s: users and files may differ there", spec.Image, facts.Platform, strings.Join(nodes, " and ")),
			Help:    "run `transship lock --platform " + nodes[0] + "` for a cluster of such nodes",
		}, true
	}
	return diag.Finding{}, false
}
