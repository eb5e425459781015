package transform

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/transform/names"
)

// Labels and annotations of emitted objects. The recommended ones are documented at
// https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/.
const (
	LabelName      = "app.kubernetes.io/name"       // the service
	LabelInstance  = "app.kubernetes.io/instance"   // the project
	LabelPartOf    = "app.kubernetes.io/part-of"    // the project
	LabelManagedBy = "app.kubernetes.io/managed-by" // always ManagedBy
	ManagedBy      = "transship"

	// AnnotationService is the Compose name of the service an object was made for.
	AnnotationService = "transship/compose-service"
	// AnnotationServices lists, comma-separated, every Compose service whose containers live in a workload's Pods.
	AnnotationServices = "transship/compose-services"
	// AnnotationChecksum prefixes the Pod annotations that roll Pods when a ConfigMap or Secret changes: a checksum
	// of the content, by object name.
	AnnotationChecksum = "transship/checksum-"
	// AnnotationDependsOn and AnnotationPublished are JSON for `up`; only with Options.Live, on workloads.
	AnnotationDependsOn = "transship/depends-on"
	AnnotationPublished = "transship/published"
	// LabelAlias, LabelNetwork and LabelVolume prefix the Pod labels that select the members of an alias, a network
	// and a shared volume; their value is "true".
	LabelAlias   = "alias.transship/"
	LabelNetwork = "network.transship/"
	LabelVolume  = "volume.transship/"
)

// checksumAnnotation returns the key of the annotation that rolls a Pod when the named ConfigMap or Secret changes. The
// part of a key after the slash has at most 63 characters.
func checksumAnnotation(name string) string {
	const limit = names.MaxLabel - len("checksum-")
	if len(name) > limit {
		name = names.WithHash(name, name, limit)
	}
	return AnnotationChecksum + name
}

// instance is the project name as a label value.
func (p *project) instance() string { return names.Normalize(p.in.Project.Name, names.MaxLabel) }

// selector returns the labels that select exactly the Pods of a workload. Selectors cannot be changed later, so nothing
// the user edits from day to day is in them: no user label, image or hash.
func (p *project) selector(name string) map[string]string {
	return map[string]string{LabelName: name, LabelInstance: p.instance()}
}

// objectMeta returns the metadata of an object called name that belongs to the named component.
func (p *project) objectMeta(name, component string) metav1.ObjectMeta {
	labels := p.selector(component)
	labels[LabelPartOf] = p.instance()
	labels[LabelManagedBy] = ManagedBy
	return metav1.ObjectMeta{Name: name, Namespace: p.options.Namespace, Labels: labels}
}

// serviceMeta returns the metadata of an object that was made for one service.
func (s *service) serviceMeta(name string) metav1.ObjectMeta {
	meta := s.objectMeta(name, s.dns)
	meta.Annotations = map[string]string{AnnotationService: s.name}
	return meta
}

// addLabels adds the labels of a Compose entry that can be labels of an object as well, so that one can select by them as
// with docker volume ls --filter. The conversion's own win.
func addLabels(to map[string]string, sets ...map[string]string) {
	for _, labels := range sets {
		for _, key := range sortedKeys(labels) {
			if _, own := to[key]; !own && len(validation.IsQualifiedName(key)) == 0 && len(validation.IsValidLabelValue(labels[key])) == 0 {
				to[key] = labels[key]
			}
		}
	}
}
