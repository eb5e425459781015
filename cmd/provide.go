package cmd

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/transship/transship/build"
	"github.com/transship/transship/cluster"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
)

// provide builds and delivers what a project builds, and returns the conversion with those images in it.
func (f *imageFlags) provide(ctx context.Context, client *cluster.Client, result *convert.Result, o convert.Options, sink build.Sink) (*convert.Result, error) {
	options, err := f.resolve()
	if err != nil {
		return nil, err
	}
	findings, err := f.comparePlatforms(ctx, client, result, o.Transform.Allow)
	if err != nil {
		return nil, err
	}
	if findings.Worst() == diag.Error {
		return nil, &build.Error{Findings: findings}
	}
	refs, err := f.fromFile(ctx, result.Loaded)
	if err != nil {
		return nil, err
	}
	whole, running := result.Running(f.only) // a Pod has the containers of services that nobody asked for
	targets := slices.DeleteFunc(named(build.Plan(whole, result.Loaded.Locate), running), func(t build.Target) bool {
		return refs[t.Service] != ""
	})
	if len(targets) == 0 && len(refs) == 0 {
		result.Findings = append(result.Findings, findings...).Sorted()
		return result, nil
	}
	if len(targets) > 0 {
		about, err := client.About(ctx)
		if err != nil {
			return nil, err
		}
		objects, err := cluster.Objects(result.Objects)
		if err != nil {
			return nil, err
		}
		options.AllowPlatform = slices.Contains(o.Transform.Allow, "build-platform")
		options.CopiesLogin = f.pullSecret == "copy"
		options.KnowsPullSecret = f.pullSecret != "none" || cluster.HasPullSecrets(objects)
		made, err := build.Provide(ctx, build.Request{
			Project: whole, Targets: targets, Compose: composeCommand(o.Load, result.Loaded),
			Cluster: clusterOf(about), Options: options, Meanwhile: f.beside(refs),
		}, sink)
		if err != nil {
			return nil, err
		}
		f.take(made)
		findings = append(findings, made.Findings...)
		maps.Copy(refs, made.References())
	}
	f.provided, o.ImageRefs = refs, refs
	again, err := convert.Again(ctx, result, o)
	if err != nil {
		return nil, err
	}
	again.Findings = append(again.Findings, findings...).Sorted()
	return again, nil
}

// beside is meanwhile, where images of services come from a file as well: they are not in the conversion yet.
func (f *imageFlags) beside(fromFile map[string]string) func(context.Context, []string) error {
	if f.meanwhile == nil {
		return nil
	}
	return func(ctx context.Context, waiting []string) error {
		return f.meanwhile(ctx, append(waiting, sortedNames(fromFile)...))
	}
}

// withImages is the conversion with the images in it that the project builds. A dry run finds out only what there is.
func (f *upFlags) withImages(ctx context.Context, p *converted, result *convert.Result, o convert.Options) (*convert.Result, error) {
	f.images.options.DryRun = f.dryRun || f.images.onlyLooks
	f.images.options.Rerun = "transship up"
	f.images.plain = f.show != nil || f.progress != "auto" && f.progress != "tty"
	if f.noDeps {
		f.images.only = o.Load.Services
	}
	f.images.meanwhile = f.early(p, result)
	again, err := f.images.provide(ctx, p.Client, result, o, f.imageSink())
	if f.show != nil {
		f.show.Close() // findings come next
	}
	findings, is := buildFindings(err)
	if !is {
		return again, err
	}
	return withFindings(result, findings), nil
}

// withFindings is a result without objects that has other findings, to show them with its sources.
func withFindings(result *convert.Result, findings diag.List) *convert.Result {
	other := *result
	other.Findings, other.Objects = result.MaskFindings(findings), nil
	return &other
}

// take remembers what the nodes pull from registries.
func (f *imageFlags) take(made *build.Result) {
	f.pushed = append(f.pushed, made.Pulled...)
	for _, image := range made.Images {
		if image.IsPulled {
			f.pushed = append(f.pushed, image.Reference)
		}
	}
}

// fromFile returns the references that a file names, by service.
func (f *imageFlags) fromFile(ctx context.Context, loaded *loader.Loaded) (map[string]string, error) {
	refs := map[string]string{}
	if f.file == "" {
		return refs, nil
	}
	file, err := readImages(ctx, f.file)
	if err == nil {
		err = checkImages(f.file, file, loaded)
	}
	if err != nil {
		return nil, err
	}
	for service, image := range file.Images {
		refs[service] = image.Reference
		if image.IsPushed {
			f.pushed = append(f.pushed, image.Reference)
		}
	}
	return refs, nil
}

// buildFindings returns the findings of an error of building.
func buildFindings(err error) (diag.List, bool) {
	failed := (*build.Error)(nil)
	if errors.As(err, &failed) {
		return failed.Findings, true
	}
	return nil, false
}

// composeCommand says how docker compose reads the project that was loaded.
func composeCommand(o loader.Options, loaded *loader.Loaded) build.ComposeCommand {
	p := loaded.Project
	return build.ComposeCommand{
		ProjectName: p.Name, Directory: p.WorkingDir, Files: loaded.ComposeFiles, EnvFiles: o.EnvFiles, Profiles: o.Profiles,
		Stdin: string(loaded.Sources["<stdin>"]),
	}
}

// clusterOf hands on what the cluster tells of itself.
func clusterOf(about *cluster.About) *build.Cluster {
	c := &build.Cluster{Name: about.Name, Server: about.Server, CertificateAuthority: about.CertificateAuthority}
	for _, n := range about.Nodes {
		c.Nodes = append(c.Nodes, build.Node(n))
	}
	if about.RegistryHost != "" {
		c.Registry = &build.LocalRegistry{Host: about.RegistryHost, HostFromContainerRuntime: about.RegistryHostOfNodes}
	}
	return c
}
