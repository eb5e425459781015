package invariants

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/sorted"
)

// pod checks that everything a Pod refers to exists and that nothing in it is named twice.
func (c *checker) pod(t template) {
	volumes := map[string]bool{}
	for _, v := range t.spec.Volumes {
		if volumes[v.Name] {
			c.violate("%s: two volumes are called %s", t.owner, v.Name)
		}
		volumes[v.Name] = true
		for _, problem := range validation.IsDNS1123Label(v.Name) {
			c.violate("%s: volume %s: %s", t.owner, v.Name, problem)
		}
		c.volume(t, v)
	}
	mounted, names := map[string]bool{}, map[string]bool{}
	for _, container := range slices.Concat(t.spec.InitContainers, t.spec.Containers) {
		if names[container.Name] {
			c.violate("%s: two containers are called %s", t.owner, container.Name)
		}
		names[container.Name] = true
		for _, problem := range validation.IsDNS1123Label(container.Name) {
			c.violate("%s: container %s: %s", t.owner, container.Name, problem)
		}
		c.container(t, container, volumes, mounted)
	}
	for name := range volumes {
		if !mounted[name] {
			c.violate("%s: volume %s is mounted nowhere", t.owner, name)
		}
	}
	if len(t.spec.Containers) == 0 {
		c.violate("%s has no container", t.owner)
	}
}

func (c *checker) container(t template, container corev1.Container, volumes, mounted map[string]bool) {
	where := t.owner + ": container " + container.Name
	if container.Image == "" {
		c.violate("%s has no image", where)
	}
	paths := map[string]bool{}
	for _, m := range container.VolumeMounts {
		if !volumes[m.Name] {
			c.violate("%s mounts %s, which the Pod does not have", where, m.Name)
		}
		mounted[m.Name] = true
		if paths[m.MountPath] {
			c.violate("%s mounts %s twice", where, m.MountPath)
		}
		paths[m.MountPath] = true
		if !strings.HasPrefix(m.MountPath, "/") {
			c.violate("%s mounts at %q, which is not absolute", where, m.MountPath)
		}
	}
	for _, v := range container.Env {
		if v.ValueFrom == nil {
			continue
		}
		if ref := v.ValueFrom.SecretKeyRef; ref != nil {
			c.keyExists(where+": "+v.Name, "Secret/"+ref.Name, ref.Key)
		}
		if ref := v.ValueFrom.ConfigMapKeyRef; ref != nil {
			c.keyExists(where+": "+v.Name, "ConfigMap/"+ref.Name, ref.Key)
		}
	}
}

func (c *checker) volume(t template, v corev1.Volume) {
	where := t.owner + ": volume " + v.Name
	switch {
	case v.HostPath != nil && !c.out.HostPaths:
		c.violate("%s is the host path %s, which nobody allowed", where, v.HostPath.Path)
	case v.PersistentVolumeClaim != nil:
		c.exist(where, "PersistentVolumeClaim/"+v.PersistentVolumeClaim.ClaimName)
	case v.ConfigMap != nil:
		c.items(where, "ConfigMap/"+v.ConfigMap.Name, v.ConfigMap.Items)
	case v.Secret != nil:
		c.items(where, "Secret/"+v.Secret.SecretName, v.Secret.Items)
	case v.Projected != nil:
		for _, s := range v.Projected.Sources {
			if s.ConfigMap != nil && s.ConfigMap.Name != "kube-root-ca.crt" {
				c.items(where, "ConfigMap/"+s.ConfigMap.Name, s.ConfigMap.Items)
			}
			if s.Secret != nil {
				c.items(where, "Secret/"+s.Secret.Name, s.Secret.Items)
			}
		}
	}
}

func (c *checker) exist(where, id string) {
	if _, ok := c.exists[id]; !ok {
		c.violate("%s needs %s, which is neither emitted nor declared external", where, id)
	}
}

func (c *checker) items(where, id string, items []corev1.KeyToPath) {
	c.exist(where, id)
	paths := map[string]bool{}
	for _, item := range items {
		c.keyExists(where, id, item.Key)
		if paths[item.Path] {
			c.violate("%s writes %s twice", where, item.Path)
		}
		paths[item.Path] = true
	}
}

func (c *checker) keyExists(where, id, key string) {
	c.exist(where, id)
	has := true
	switch o := c.exists[id].(type) {
	case *corev1.ConfigMap:
		_, text := o.Data[key]
		_, binary := o.BinaryData[key]
		has = text || binary
	case *corev1.Secret:
		_, text := o.StringData[key]
		_, binary := o.Data[key]
		has = text || binary
	}
	if !has {
		c.violate("%s needs the key %s of %s, which has no such key", where, key, id)
	}
}

// SecretReferences returns the names of the Secrets that Pods refer to, sorted.
func SecretReferences(objects []runtime.Object) []string {
	c := checker{exists: map[string]runtime.Object{}}
	for _, o := range objects {
		c.index(o)
	}
	found := map[string]bool{}
	for _, t := range c.templates {
		for _, v := range t.spec.Volumes {
			if v.Secret != nil {
				found[v.Secret.SecretName] = true
			}
			if v.Projected != nil {
				for _, s := range v.Projected.Sources {
					if s.Secret != nil {
						found[s.Secret.Name] = true
					}
				}
			}
		}
		for _, container := range slices.Concat(t.spec.InitContainers, t.spec.Containers) {
			for _, v := range container.Env {
				if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil {
					found[v.ValueFrom.SecretKeyRef.Name] = true
				}
			}
		}
	}
	return sorted.Keys(found)
}
