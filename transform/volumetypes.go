package transform

import (
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/names"
)

// imageVolumeVersion is the first Kubernetes minor with image volumes as a stable feature (source: the feature gate
// ImageVolume in k8s.io/kubernetes/pkg/features).
var imageVolumeVersion = Version{1, 36}

// imageMount returns the mount of an image. Docker gives the container a writable layer on it, Kubernetes mounts it read-only.
func (u *unit) imageMount(at diag.Path, v types.ServiceVolumeConfig) (mount, bool) {
	if !u.options.KubeVersion.AtLeast(imageVolumeVersion) {
		u.reportf("image-volume-version", at, "--kube-version="+imageVolumeVersion.String()+" emits it, for clusters that new",
			"image volumes are stable from Kubernetes %s on, the output is for %s: the image %s is not mounted on %s", imageVolumeVersion, u.options.KubeVersion, v.Source, v.Target)
		return mount{}, false
	}
	if !v.ReadOnly {
		u.reportf("image-volume-read-only", at, "write read_only: true", "%s is read-only: an image volume cannot be written to", v.Target)
	}
	m := mount{readOnly: true, wish: "image-" + imageRepository(v.Source), inherited: true}
	m.volumes = []corev1.VolumeSource{{Image: &corev1.ImageVolumeSource{Reference: v.Source, PullPolicy: corev1.PullIfNotPresent}}}
	if v.Image != nil {
		m.subPath = u.subPath(at, v.Image.SubPath)
	}
	return m, true
}

// namedPipe tells that a Windows pipe is not there; the one of the Docker Engine is its socket.
func (u *unit) namedPipe(at diag.Path, v types.ServiceVolumeConfig) {
	if strings.HasSuffix(v.Source, "docker_engine") {
		if verdict, ok := engineSocket(u.asBind(v, extension.Mount{})); ok {
			u.report(verdict.code, at, verdict.message, verdict.help)
		}
		return
	}
	u.reportf("named-pipe", at, "let the services talk over the network", "the Windows pipe %s is not on a cluster; the mount is left out", v.Source)
}

// clusterVolume returns the mount of a Swarm cluster volume: storage that a CSI driver provides, which is what a storage
// class stands for.
func (u *unit) clusterVolume(at diag.Path, v types.ServiceVolumeConfig) (mount, bool) {
	c := u.storage.volumes[v.Source]
	if c == nil {
		identity := "cluster " + v.Source
		if c = u.storage.claims[identity]; c == nil {
			c = &claim{component: strings.TrimPrefix(v.Source, "group:"), at: at}
			c.name = u.names.Claim("PersistentVolumeClaim", identity, normalLabel(c.component), names.MaxLabel)
			u.storage.claims[identity] = c
		}
	}
	u.storage.used["volumes."+v.Source] = true
	if c.ext.StorageClass == nil && !c.existing && u.options.StorageClass == "" {
		u.reportf("cluster-volume", at, "declare the volume with x-kubernetes: {storageClass: …} for the same storage, or {claimName: …} for an existing claim",
			"the cluster volume %s becomes a claim of the default storage class, which starts empty", v.Source)
	}
	return mount{claim: c, readOnly: v.ReadOnly, wish: c.component, inherited: true}, true
}

// storageObjects emits what mounts asked for: claims with the volumes they are bound to, ConfigMaps and Secrets. What
// nothing mounts is not emitted, and what exists already is only referred to.
func (p *project) storageObjects() {
	emitted := map[*claim]bool{}
	for _, identity := range sortedKeys(p.storage.claims) {
		c := p.storage.claims[identity]
		if c.existing || len(c.users) == 0 || emitted[c] {
			continue
		}
		emitted[c] = true
		claim := p.claimObject(c)
		if c.persistent != nil {
			c.persistent.Spec.Capacity = corev1.ResourceList{corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage]}
			p.emit(c.persistent)
		}
		p.emit(claim)
	}
	for _, identity := range sortedKeys(p.storage.contents) {
		switch c := p.storage.contents[identity]; {
		case c.existing || !c.used:
		case c.kind == "Secret":
			p.emitSecret(p.contentMeta(c), c.data)
		default:
			p.emit(p.configMap(c))
		}
	}
}

// reportUnusedStorage tells of top-level entries that nothing mounts: docker compose makes nothing of them either.
func (p *project) reportUnusedStorage() {
	for _, key := range sortedKeys(p.in.Project.Volumes) {
		if !p.storage.used["volumes."+key] {
			p.reportf("volume-unused", diag.At("volumes", key), "", "nothing mounts the volume %s; no claim is emitted", key)
		}
	}
	built := map[string]bool{}
	for _, s := range p.services {
		if s.config.Build != nil {
			for _, secret := range s.config.Build.Secrets {
				built[secret.Source] = true
			}
		}
	}
	for _, e := range p.entries() {
		switch {
		case p.storage.used[e.at().String()]:
		case e.section == "secrets" && built[e.key]:
			p.reportf("secret-build-only", e.at(), "", "%s is for building images only; it is not emitted", e.key)
		default:
			p.reportf("content-unused", e.at(), "", "nothing mounts %s; no %s is emitted", e.key, e.kind)
		}
	}
}
