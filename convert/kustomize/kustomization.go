package kustomize

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/manifest"
)

// kustomization is a kustomization.yaml. Spec: https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/
type kustomization struct {
	metav1.TypeMeta `json:",inline"`
	Resources       []string    `json:"resources,omitempty"`
	Namespace       string      `json:"namespace,omitempty"`
	Images          []image     `json:"images,omitempty"`
	Replicas        []replicas  `json:"replicas,omitempty"`
	Patches         []patchFile `json:"patches,omitempty"`
}

type replicas struct {
	Name  string `json:"name"`
	Count any    `json:"count"`
}

type patchFile struct {
	Path string `json:"path"`
}

func newKustomization() *kustomization {
	return &kustomization{TypeMeta: metav1.TypeMeta{APIVersion: "kustomize.config.k8s.io/v1beta1", Kind: "Kustomization"}}
}

// DeepCopyObject makes the type one that the encoder takes.
func (k *kustomization) DeepCopyObject() runtime.Object { c := *k; return &c }

// advice stands above every kustomization: what people reach for first breaks what services call each other by.
const advice = `# Safe in a kustomization of yours on top of this one: namespace, images, replicas, patches, annotations, labels without includeSelectors.
# Not safe: namePrefix and nameSuffix, because services reach each other by name in variables and files that kustomize does not know;
# commonLabels and includeSelectors, because selectors of workloads cannot be changed once they are in the cluster.
`

func (k *kustomization) encode(mark string) ([]byte, error) {
	text, err := manifest.NewEncoder().Encode(k)
	if err != nil {
		return nil, err
	}
	return append([]byte(mark+"\n"+advice), text...), nil
}
