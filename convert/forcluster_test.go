package convert

import (
	"testing"

	"github.com/transship/transship/transform"
)

func TestForClusterTakesTheVersionAndTheNamespaceOfTheCluster(t *testing.T) {
	t.Parallel()
	asked := Options{Transform: transform.Options{Namespace: "mine", Wait: transform.WaitInit, KubeVersion: transform.Version{Major: 1, Minor: 34}}}
	got := asked.ForCluster("v1.36.3+k3s1", "theirs").Transform
	if !got.Live || got.Wait != transform.WaitNone || got.Namespace != "theirs" || got.KubeVersion != (transform.Version{Major: 1, Minor: 36}) {
		t.Errorf("%+v", got)
	}
	got = asked.ForCluster("unknown", "").Transform
	if got.Namespace != "mine" || got.KubeVersion != asked.Transform.KubeVersion {
		t.Errorf("what the cluster does not say is not kept: %+v", got)
	}
	if asked.Transform.Live {
		t.Error("the options that were given have changed")
	}
}
