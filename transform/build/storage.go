package build

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/plan"
)

// storage adds what mounts ask for: claims with the volumes they are bound to, ConfigMaps and Secrets.
func (b *builder) storage() {
	for _, c := range b.plan.Storage.Claims {
		origin := plan.Origin{Paths: []diag.Path{c.At}, Services: slices.Sorted(slices.Values(c.Services()))}
		if c.Share != nil {
			b.add(origin, b.persistentVolume(c))
		}
		b.add(origin, b.claim(c))
	}
	for _, s := range b.plan.Storage.Secrets {
		b.secret(s.Origin, b.meta(s.Meta), s.Data)
	}
	for _, c := range b.plan.Storage.Contents {
		origin := plan.Origin{Paths: []diag.Path{c.At}, Services: slices.Sorted(slices.Values(c.Users))}
		if c.Kind == "Secret" {
			b.secret(origin, b.contentMeta(c), c.Data)
		} else {
			b.add(origin, b.configMap(c))
		}
	}
}

// claim returns a PersistentVolumeClaim.
func (b *builder) claim(c *plan.Claim) *corev1.PersistentVolumeClaim {
	meta := b.meta(plan.Meta{Name: c.Name, Component: labels.Value(c.Component), Annotations: c.Annotations})
	labels.Add(meta.Labels, c.Config.Labels, c.Labels)
	claim := &corev1.PersistentVolumeClaim{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolumeClaim"},
		ObjectMeta: meta,
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{c.Mode},
			Resources:   corev1.VolumeResourceRequirements{Requests: corev1.ResourceList{corev1.ResourceStorage: c.Size}},
		},
	}
	switch {
	case c.Share != nil:
		claim.Spec.StorageClassName, claim.Spec.VolumeName = new(""), c.Share.Name
	case c.Ext.StorageClass != nil:
		claim.Spec.StorageClassName = c.Ext.StorageClass
	case b.plan.StorageClass != "":
		claim.Spec.StorageClassName = new(b.plan.StorageClass)
	}
	if len(c.Ext.Selector) > 0 {
		claim.Spec.Selector = &metav1.LabelSelector{MatchLabels: c.Ext.Selector}
	}
	return claim
}

// persistentVolume returns the PersistentVolume of a share.
func (b *builder) persistentVolume(c *plan.Claim) *corev1.PersistentVolume {
	meta := b.meta(plan.Meta{Name: c.Share.Name, Component: labels.Value(c.Component)})
	meta.Namespace = ""
	volume := &corev1.PersistentVolume{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolume"}, ObjectMeta: meta, Spec: *c.Share.Spec.DeepCopy()}
	volume.Spec.Capacity = corev1.ResourceList{corev1.ResourceStorage: c.Size}
	return volume
}

func (b *builder) contentMeta(c *plan.Content) metav1.ObjectMeta {
	if c.Owner != nil {
		return b.meta(plan.Meta{Name: c.Name, Component: c.Component, Annotations: map[string]string{labels.Service: c.Owner.Name}})
	}
	meta := b.meta(plan.Meta{Name: c.Name, Component: labels.Value(c.Component), Annotations: c.Annotations})
	if c.Kind == "Secret" {
		labels.Add(meta.Labels, c.Labels)
	}
	return meta
}

// configMap returns a ConfigMap.
func (b *builder) configMap(c *plan.Content) *corev1.ConfigMap {
	m := &corev1.ConfigMap{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: b.contentMeta(c)}
	for _, key := range sorted.Keys(c.Data) {
		if source.IsText(c.Data[key]) {
			if m.Data == nil {
				m.Data = map[string]string{}
			}
			m.Data[key] = string(c.Data[key])
		} else {
			if m.BinaryData == nil {
				m.BinaryData = map[string][]byte{}
			}
			m.BinaryData[key] = c.Data[key]
		}
	}
	return m
}

// secret adds a Secret as the plan says: whole, with empty values, not at all, or as what makes it on the cluster. Its values are in
// data: the API server drops stringData, so that kubectl would take every Secret that has it for changed.
func (b *builder) secret(origin plan.Origin, meta metav1.ObjectMeta, data map[string][]byte) {
	switch b.plan.Secrets {
	case input.SecretsSkip:
		return
	case input.SecretsExternal:
		b.externalSecret(origin, meta, data)
		return
	case input.SecretsSealed:
		b.sealedSecret(origin, meta)
		return
	}
	s := &corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: meta, Type: corev1.SecretTypeOpaque}
	for _, key := range sorted.Keys(data) {
		if s.Data == nil {
			s.Data = map[string][]byte{}
		}
		if s.Data[key] = data[key]; b.plan.Secrets == input.SecretsStub {
			s.Data[key] = []byte{}
		}
	}
	b.add(origin, s)
}
