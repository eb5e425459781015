package storage

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
)

// imageVolumeVersion is the first Kubernetes minor with image volumes as a stable feature (source: the feature gate
// ImageVolume in k8s.io/kubernetes/pkg/features).
var imageVolumeVersion = input.Version{Major: 1, Minor: 36}

// imageMount returns the mount of an image. Docker gives the container a writable layer on it, Kubernetes mounts it read-only.
func imageMount(p *input.Project, at diag.Path, v types.ServiceVolumeConfig, findings *report.Findings) (plan.Mount, bool) {
	if !p.Options.KubeVersion.AtLeast(imageVolumeVersion) {
		findings.Addf("image-volume-version", at, "--kube-version="+imageVolumeVersion.String()+" emits it, for clusters that new",
			"image volumes are stable from Kubernetes %s on, the output is for %s: the image %s is not mounted on %s", imageVolumeVersion, p.Options.KubeVersion, v.Source, v.Target)
		return plan.Mount{}, false
	}
	if !v.ReadOnly {
		findings.Addf("image-volume-read-only", at, "write read_only: true", "%s is read-only: an image volume cannot be written to", v.Target)
	}
	m := plan.Mount{ReadOnly: true, Wish: "image-" + names.Repository(v.Source), Inherited: true}
	m.Volumes = []corev1.VolumeSource{{Image: &corev1.ImageVolumeSource{Reference: v.Source, PullPolicy: corev1.PullIfNotPresent}}}
	if v.Image != nil {
		m.SubPath = subPath(at, v.Image.SubPath, findings)
	}
	return m, true
}

// namedPipe tells that a Windows pipe is not there; the one of the Docker Engine is its socket.
func namedPipe(p *input.Project, u *input.Container, at diag.Path, v types.ServiceVolumeConfig, findings *report.Findings) {
	if binds.IsEngineSocket(v.Source) {
		decision := binds.Of(p, u, v, extension.Mount{}).Decide()
		findings.Add(decision.Code, at, decision.Message, decision.Help)
		return
	}
	findings.Addf("named-pipe", at, "let the services talk over the network", "the Windows pipe %s is not on a cluster; the mount is left out", v.Source)
}

// clusterVolume returns the mount of a Swarm cluster volume: storage that a CSI driver provides, which is what a storage
// class stands for.
func (d *mounting) clusterVolume(at diag.Path, v types.ServiceVolumeConfig) (plan.Mount, bool) {
	c := d.volumes[v.Source]
	if c == nil {
		c, _ = d.claims.of(d.names, "cluster "+v.Source, strings.TrimPrefix(v.Source, "group:"), at)
	}
	d.used["volumes."+v.Source] = true
	if c.Ext.StorageClass == nil && !c.Existing && d.project.Options.StorageClass == "" {
		d.findings.Addf("cluster-volume", at, "declare the volume with x-kubernetes: {storageClass: …} for the same storage, or {claimName: …} for an existing claim",
			"the cluster volume %s becomes a claim of the default storage class, which starts empty", v.Source)
	}
	return plan.Mount{Claim: c, ReadOnly: v.ReadOnly, Wish: c.Component, Inherited: true}, true
}

// reportUnusedStorage tells of top-level entries that nothing mounts: docker compose makes nothing of them either.
func reportUnusedStorage(p *input.Project, used map[string]bool, findings *report.Findings) {
	for _, key := range sorted.Keys(p.Compose.Volumes) {
		if !used["volumes."+key] {
			findings.Addf("volume-unused", diag.At("volumes", key), "", "nothing mounts the volume %s; no claim is emitted", key)
		}
	}
	built := map[string]bool{}
	for _, s := range p.Services {
		if s.Config.Build != nil {
			for _, secret := range s.Config.Build.Secrets {
				built[secret.Source] = true
			}
		}
	}
	for _, e := range entries(p) {
		switch {
		case used[e.at().String()]:
		case e.section == "secrets" && built[e.key]:
			findings.Addf("secret-build-only", e.at(), "", "%s is for building images only; it is not emitted", e.key)
		default:
			findings.Addf("content-unused", e.at(), "", "nothing mounts %s; no %s is emitted", e.key, e.kind)
		}
	}
}
