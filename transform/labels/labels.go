// Package labels has the labels and annotations of emitted objects.
package labels

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/names"
)

// Labels and annotations of emitted objects. The recommended ones are documented at
// https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
const (
	Name      = "app.kubernetes.io/name"       // the service
	Instance  = "app.kubernetes.io/instance"   // the project
	PartOf    = "app.kubernetes.io/part-of"    // the project
	ManagedBy = "app.kubernetes.io/managed-by" // always Manager
	Manager   = "transship"

	// OwnPrefix begins the annotations by which transship knows its objects: a label of the same name must not stand for one.
	OwnPrefix = "transship/"
	// Service is the Compose name of the service an object was made for.
	Service = OwnPrefix + "compose-service"
	// Services lists, comma-separated, every Compose service whose containers live in a workload's Pods.
	Services = OwnPrefix + "compose-services"
	// Checksum prefixes the Pod annotations that roll Pods when a ConfigMap or Secret changes: a checksum of the content, by
	// object name.
	Checksum = OwnPrefix + "checksum-"
	// DependsOn and Published are JSON for `up`; only with Options.Live, on workloads.
	DependsOn = OwnPrefix + "depends-on"
	Published = OwnPrefix + "published"
	// Odd holds, as JSON, the labels whose keys no annotation can have.
	Odd = OwnPrefix + "labels"
	// Manual records triggers.manual: false, which Kubernetes cannot enforce.
	Manual = OwnPrefix + "manual"
	// InternalOnly is the label of Pods whose networks are all internal.
	InternalOnly = OwnPrefix + "internal-only"
	// Alias, Network and Volume prefix the Pod labels that select the members of an alias, a network and a shared volume;
	// their value is "true".
	Alias   = "alias.transship/"
	Network = "network.transship/"
	Volume  = "volume.transship/"
)

// Value makes a label value of a Compose name.
func Value(name string) string { return names.Normalize(name, names.MaxLabel) }

// ChecksumOf returns the key of the annotation that rolls a Pod when the named ConfigMap or Secret changes. The part of a
// key after the slash has at most 63 characters.
func ChecksumOf(name string) string {
	const limit = names.MaxLabel - len("checksum-")
	if len(name) > limit {
		name = names.WithHash(name, name, limit)
	}
	return Checksum + name
}

// Selector returns the labels that select exactly the Pods of a workload. Selectors cannot be changed later, so nothing the
// user edits from day to day is in them: no user label, image or hash.
func Selector(name, instance string) map[string]string {
	return map[string]string{Name: name, Instance: instance}
}

// Of returns the labels of an object of a component.
func Of(component, instance string) map[string]string {
	set := Selector(component, instance)
	set[PartOf], set[ManagedBy] = instance, Manager
	return set
}

// Add adds the labels of a Compose entry that can be labels of an object as well, so that one can select by them as with
// docker volume ls --filter. The conversion's own win.
func Add(to map[string]string, sets ...map[string]string) {
	for _, set := range sets {
		for _, key := range sorted.Keys(set) {
			if _, own := to[key]; !own && len(validation.IsQualifiedName(key)) == 0 && len(validation.IsValidLabelValue(set[key])) == 0 {
				to[key] = set[key]
			}
		}
	}
}
