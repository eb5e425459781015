package transform

import corev1 "k8s.io/api/core/v1"

// dependency is one entry of depends_on. It is JSON in AnnotationDependsOn.
type dependency struct {
	Condition string `json:"condition"`
	Required  bool   `json:"required"`
	Restart   bool   `json:"restart"`
}

func (b *pod) dependencies() map[string]dependency { return nil }

func (b *pod) waitContainers() []corev1.Container { return nil }
