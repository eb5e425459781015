package plan

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/cluster/resource"
)

func TestConflictOnReplicasNamesTheAutoscaler(t *testing.T) {
	for field, want := range map[string]bool{".spec.replicas": true, ".spec.template.spec.containers": false} {
		err := apierrors.NewApplyConflict([]metav1.StatusCause{{
			Type: metav1.CauseTypeFieldManagerConflict, Message: `conflict with "kube-controller-manager" with subresource "scale"`, Field: field,
		}}, "conflict")
		p := FieldConflict(resource.Ref{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}, err)
		if strings.Contains(p.Help, "x-kubernetes: {autoscale:") != want || !strings.Contains(p.Help, "--force-conflicts") {
			t.Errorf("%s: the help is %q", field, p.Help)
		}
	}
}
