package resource

import (
	"fmt"
	"strconv"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// SetUnstarted changes workloads so that none of their containers starts, before they are applied. They are marked as stop
// marks what it stops, so that start brings them up, and as created, which is what people are told.
func SetUnstarted(objects []*unstructured.Unstructured) error {
	for _, o := range objects {
		if !RefOf(o).IsWorkload() {
			continue
		}
		remembered := "true"
		var err error
		switch o.GetKind() {
		case "Deployment", "StatefulSet":
			remembered = strconv.FormatInt(Replicas(o), 10)
			err = unstructured.SetNestedField(o.Object, int64(0), "spec", "replicas")
		case "Job", "CronJob":
			err = unstructured.SetNestedField(o.Object, true, "spec", "suspend")
		case "DaemonSet":
			err = unstructured.SetNestedField(o.Object, "true", "spec", "template", "spec", "nodeSelector", AnnotationStopped)
		default:
			err = fmt.Errorf("%s cannot be created without being started: a bare Pod only runs or is gone", RefOf(o))
		}
		if err != nil {
			return err
		}
		annotations := o.GetAnnotations()
		if annotations == nil {
			annotations = map[string]string{}
		}
		annotations[AnnotationStopped], annotations[AnnotationStoppedAs] = remembered, "created"
		o.SetAnnotations(annotations)
	}
	return nil
}
