package plan

import (
	"testing"

	"github.com/transship/transship/cluster/clustertest"
	"github.com/transship/transship/cluster/resource"
)

// liveService is what an API server makes of a Service, with the ownership that it writes down.
const liveService = `
apiVersion: v1
kind: Service
metadata:
  name: web
  uid: 1
  resourceVersion: "5"
  labels: {app: web}
  annotations: {other: theirs}
  finalizers: [ours]
  managedFields:
  - manager: transship
    operation: Apply
    apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1:
      f:metadata: {f:labels: {f:app: {}}, f:finalizers: {'v:"ours"': {}}}
      f:spec:
        f:ports:
          'k:{"port":80,"protocol":"TCP"}': {.: {}, f:name: {}, f:port: {}}
          'k:{"port":53,"protocol":"UDP"}': {.: {}, f:port: {}, f:protocol: {}}
        f:selector: {}
  - manager: somebody
    operation: Update
    apiVersion: v1
    fieldsType: FieldsV1
    fieldsV1: {f:metadata: {f:annotations: {f:other: {}}}}
spec:
  clusterIP: 10.0.0.1
  ports:
  - {name: http, port: 80, protocol: TCP, targetPort: 80}
  - {port: 53, protocol: UDP, targetPort: 53}
  selector: {app: web}
`

func TestAppliedNoop(t *testing.T) {
	const same = `
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}, finalizers: [ours]}
spec:
  ports: [{name: http, port: 80}, {port: 53, protocol: UDP}]
  selector: {app: web}
`
	cases := map[string]struct {
		desired string
		want    bool
	}{
		"the same":                         {same, true},
		"another value":                    {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: api}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"a field more":                     {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web, new: label}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"a field less":                     {`{apiVersion: v1, kind: Service, metadata: {name: web, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"a list item less":                 {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}], selector: {app: web}}}`, false},
		"a list item more":                 {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}, {port: 81}], selector: {app: web}}}`, false},
		"a value of a set less":            {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"another value of a set":           {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [theirs]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"a key more in an atomic map":      {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web, tier: x}}}`, false},
		"a key that is nobody's, named":    {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {clusterIP: 10.0.0.1, ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
		"another protocol behind one port": {`{apiVersion: v1, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53}], selector: {app: web}}}`, false},
		"another version of the API":       {`{apiVersion: v2, kind: Service, metadata: {name: web, labels: {app: web}, finalizers: [ours]}, spec: {ports: [{name: http, port: 80}, {port: 53, protocol: UDP}], selector: {app: web}}}`, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := appliedNoop(clustertest.Object(t, liveService), clustertest.Object(t, c.desired)); got != c.want {
				t.Errorf("appliedNoop is %t", got)
			}
		})
	}
	t.Run("a value that somebody changed", func(t *testing.T) {
		live := clustertest.Object(t, liveService)
		live.SetLabels(map[string]string{"app": "theirs"})
		if appliedNoop(live, clustertest.Object(t, same)) {
			t.Error("a drifted object passes for unchanged")
		}
	})
	t.Run("an object that was never applied", func(t *testing.T) {
		live := clustertest.Object(t, liveService)
		live.SetManagedFields(live.GetManagedFields()[1:])
		if appliedNoop(live, clustertest.Object(t, same)) {
			t.Error("an object without our ownership passes for unchanged")
		}
	})
}

func TestSameObjectLooksAtWhatPeopleSee(t *testing.T) {
	a := clustertest.Object(t, liveService)
	b := clustertest.Object(t, liveService)
	b.SetManagedFields(nil)
	b.SetResourceVersion("9")
	b.SetGeneration(3)
	b.Object["status"] = map[string]any{"x": "y"}
	if !resource.SameObject(a, b) {
		t.Error("objects that differ in bookkeeping only are told apart")
	}
	b.SetLabels(map[string]string{"app": "api"})
	if resource.SameObject(a, b) {
		t.Error("objects with other labels pass for the same")
	}
}
