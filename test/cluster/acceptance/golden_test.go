package acceptance

import (
	"path/filepath"
	"testing"
)

// TestGoldenObjectsAreAccepted judges every object that the golden cases want.
func TestGoldenObjectsAreAccepted(t *testing.T) {
	j := newJudge(t)
	files, err := filepath.Glob(filepath.FromSlash("../../../testdata/cases/*/want/*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no golden objects")
	}
	for _, file := range files {
		for _, refusal := range j.refusals(t, read(t, file)) {
			t.Errorf("%s: %s", file, refusal)
		}
	}
}

// TestBrokenObjectsAreRefused shows that the judge is awake: each object is wrong in one way, of the kind a converter
// can get wrong.
func TestBrokenObjectsAreRefused(t *testing.T) {
	j := newJudge(t)
	pod := "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: x, image: x"
	for name, manifest := range map[string]string{
		"unknown field":                   "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndta: {}\n",
		"upper case in a name":            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: My_Config}\n",
		"key with a slash":                "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a/b: c}\n",
		"label value with a blank":        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {a: 'b c'}}\n",
		"service name with a digit first": "apiVersion: v1\nkind: Service\nmetadata: {name: '3scale_'}\nspec: {ports: [{port: 1}]}\n",
		"two ports without names":         "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 1}, {port: 2}]}\n",
		"long port name":                  pod + ", ports: [{name: more-than-fifteen, containerPort: 1}]}]}\n",
		"mount without volume":            pod + ", volumeMounts: [{name: v, mountPath: /v}]}]}\n",
		"mount path twice":                pod + ", volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /v}]}], volumes: [{name: v, emptyDir: {}}]}\n",
		"request above limit":             pod + ", resources: {limits: {cpu: 100m}, requests: {cpu: 200m}}}]}\n",
		"restart policy of a Deployment":  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: x, image: x}]}}}\n",
		"selector that misses":            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {selector: {matchLabels: {a: c}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: x}]}}}\n",
		"host alias with underscore":      "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {hostAliases: [{ip: 1.2.3.4, hostnames: [my_host]}], containers: [{name: x, image: x}]}\n",
		"escalation while privileged":     pod + ", securityContext: {privileged: true, allowPrivilegeEscalation: false}}]}\n",
		"probe with two handlers":         pod + ", readinessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}}}]}\n",
		"long CronJob name":               "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a-name-that-is-longer-than-the-fifty-two-characters-allowed}\nspec: {schedule: '* * * * *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: x, image: x}]}}}}}\n",
		"cron schedule":                   "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: x}\nspec: {schedule: 'soon', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: x, image: x}]}}}}}\n",
		"claim without size":              "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x}\nspec: {accessModes: [ReadWriteOnce]}\n",
		"large Secret":                    "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData: {a: '" + string(make1MiB()) + "'}\n",
		"ingress path":                    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: x}\nspec: {rules: [{http: {paths: [{path: a, pathType: Prefix, backend: {service: {name: x, port: {number: 80}}}}]}}]}\n",
		"route without backend port":      "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: x}\nspec: {rules: [{backendRefs: [{name: x}]}]}\n",
	} {
		if len(j.refusals(t, manifest)) == 0 {
			t.Errorf("%s: accepted", name)
		}
	}
}

func make1MiB() []byte {
	text := make([]byte, 1<<20+1)
	for i := range text {
		text[i] = 'x'
	}
	return text
}
