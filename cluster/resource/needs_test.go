package resource

import (
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestRunNeedsWhatItsServiceMountsAndNoTraffic(t *testing.T) {
	object := func(kind, name, label, service string) *unstructured.Unstructured {
		o := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": kind}}
		o.SetName(name)
		o.SetLabels(map[string]string{LabelName: label})
		if service != "" {
			o.SetAnnotations(map[string]string{AnnotationService: service})
		}
		return o
	}
	objects := []*unstructured.Unstructured{
		object("ConfigMap", "settings", "settings", ""), object("Secret", "web-env", "web", "web"), object("PersistentVolumeClaim", "data", "data", ""),
		object("Service", "web", "web", "web"), object("Service", "web-published", "web-published", "web"), object("Service", "db", "db", "db"),
		object("Secret", "db-env", "db", "db"), object("Deployment", "db", "db", "db"), object("Deployment", "web", "web", "web"),
		object("NetworkPolicy", "default", "default", ""),
	}
	for withDependencies, want := range map[bool][]string{
		true: {
			"configmap/settings", "secret/web-env", "persistentvolumeclaim/data", "service/db", "secret/db-env", "deployment/db", "networkpolicy/default",
		},
		false: {"configmap/settings", "secret/web-env", "persistentvolumeclaim/data", "networkpolicy/default"},
	} {
		model, needed := ForOneOff(objects, "web", withDependencies)
		var names []string
		for _, o := range needed {
			names = append(names, RefOf(o).String())
		}
		if model == nil || RefOf(model).String() != "deployment/web" || !slices.Equal(names, want) {
			t.Errorf("with dependencies: %v, the model is %v and needs\n%v, want\n%v", withDependencies, model, names, want)
		}
	}
	if model, needed := ForOneOff(objects, "none", true); model != nil || needed != nil {
		t.Errorf("a service that is not there is run as %v with %v", model, needed)
	}
}
