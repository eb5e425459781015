package transform

import (
	"cmp"

	"github.com/transship/transship/transform/extension"
)

// readExtensions decodes x-kubernetes and the kompose.* labels.
func (p *project) readExtensions() {
	all, problems := extension.Read(p.in.Project)
	p.ext = all
	for _, problem := range problems {
		p.report(problem.Code, problem.Path, problem.Message, problem.Help)
	}
}

// mountExtension returns x-kubernetes of an item of the unit's volumes.
func (u *unit) mountExtension(i int) extension.Mount {
	mount, problems := extension.ReadMount(u.spec.Volumes[i], u.at.Key("volumes").Index(i))
	for _, problem := range problems {
		u.report(problem.Code, problem.Path, problem.Message, problem.Help)
	}
	if mount.As == "" {
		mount.As = u.ext.VolumeType
	}
	return mount
}

// withDefaults fills in what the command line does not say: from the project's x-kubernetes, else the default.
func (o Options) withDefaults(ext extension.Project) Options {
	if o.KubeVersion == (Version{}) {
		o.KubeVersion = DefaultKubeVersion
	}
	o.Namespace = cmp.Or(o.Namespace, ext.Namespace)
	o.Publish = cmp.Or(o.Publish, Publish(ext.Publish), PublishNone)
	o.Domain = cmp.Or(o.Domain, ext.Domain)
	o.Wait = cmp.Or(o.Wait, "init")
	o.WaitImage = cmp.Or(o.WaitImage, ext.WaitImage)
	if ext.VolumeSize != nil {
		o.VolumeSize = cmp.Or(o.VolumeSize, ext.VolumeSize.String())
	}
	o.VolumeSize = cmp.Or(o.VolumeSize, "1Gi")
	o.StorageClass = cmp.Or(o.StorageClass, ext.StorageClass)
	o.SharedVolumes = cmp.Or(o.SharedVolumes, ext.SharedVolumes, "rwo")
	o.EnvSecrets = cmp.Or(o.EnvSecrets, "auto")
	o.Secrets = cmp.Or(o.Secrets, "emit")
	o.NetworkPolicies = cmp.Or(o.NetworkPolicies, ext.NetworkPolicies, "auto")
	return o
}
