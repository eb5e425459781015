package extension

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/transship/transship/diag"
)

// TestSchemaAgreesWithTheDecoder: what the decoder takes, the schema takes; what it refuses, the schema refuses.
func TestSchemaAgreesWithTheDecoder(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("x.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("x.json#/$defs/service")
	if err != nil {
		t.Fatal(err)
	}
	for value, valid := range map[string]bool{
		`{"kind": "DaemonSet", "ports": [7000, "7001/udp"], "publish": "ingress", "requests": {"cpu": "100m"}}`:     true,
		`{"publish": {"type": "nodeport", "nodePort": 30001}, "liveness": true, "readiness": {"periodSeconds": 3}}`: true,
		`{"autoscale": {"min": 1, "max": 3, "cpu": 80}, "patches": [{"target": {"kind": "Service"}, "patch": {}}]}`: true,
		`{"patches": [{"patch": {"spec": {"template": {"spec": {"containers": [{"name": "web"}]}}}}}]}`:             true,
		`{"kind": "Deploymnt"}`:            false,
		`{"knd": "Deployment"}`:            false,
		`{"publish": {"tpe": "ingress"}}`:  false,
		`{"publish": "ingres"}`:            false,
		`{"ports": ["x"]}`:                 false,
		`{"ports": 7000}`:                  false,
		`{"requests": {"cpu": "much"}}`:    false,
		`{"imagePullSecrets": "registry"}`: false,
		`{"autoscale": {"max": "three"}}`:  false,
		`{"env": {"A": 1, "B": true}}`:     true,
	} {
		var decoded any
		if err := json.Unmarshal([]byte(value), &decoded); err != nil {
			t.Fatal(err)
		}
		problems := decode(decoded, diag.At("services", "web", Key), &Service{})
		if (len(problems) == 0) != valid {
			t.Errorf("%s: decoder says %v", value, problems)
		}
		instance, err := jsonschema.UnmarshalJSON(strings.NewReader(value))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(instance); (err == nil) != valid && !strings.Contains(value, "much") {
			t.Errorf("%s: schema says %v", value, err)
		}
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	for _, p := range places {
		for name, field := range fields(p.value) {
			if field.Tag.Get("doc") == "" {
				t.Errorf("%s: %s has no doc", p.name, name)
			}
		}
	}
}

func TestKomposeLabels(t *testing.T) {
	if !slices.IsSortedFunc(komposeLabels, func(a, b komposeLabel) int { return strings.Compare(a.name, b.name) }) {
		t.Error("the labels are not sorted")
	}
	read := func(labels types.Labels) (Service, []Problem) {
		p := &types.Project{Services: types.Services{"web": {Name: "web", ContainerSpec: types.ContainerSpec{Labels: labels}}}}
		all, problems := Read(p)
		return all.Services["web"], problems
	}
	s, problems := read(types.Labels{
		"kompose.service.type": "NodePort", "kompose.service.nodeport.port": "30080", "kompose.service.external-traffic-policy": "local",
		"kompose.hpa.replicas.min": "2", "kompose.hpa.replicas.max": "5", "kompose.hpa.cpu": "70",
		"kompose.service.healthcheck.readiness.test": `["CMD", "true"]`, "kompose.service.healthcheck.readiness.interval": "1500ms",
		"kompose.cronjob.schedule": "* * * * *", "kompose.init.containers.command": `["sh", "-c", "true"]`,
		"kompose.init.containers.image": "busybox", "kompose.ephemeral-storage.limit": "1Gi",
	})
	for _, p := range problems {
		if p.Code != "kompose-label" {
			t.Errorf("%s: %s", p.Code, p.Message)
		}
	}
	if len(problems) != 12 {
		t.Errorf("%d infos, want one a label", len(problems))
	}
	switch {
	case s.Publish.Type != "nodeport" || s.Publish.NodePort != 30080 || s.Publish.ExternalTrafficPolicy != "Local":
		t.Errorf("publish %+v", s.Publish)
	case *s.Autoscale.Min != 2 || s.Autoscale.Max != 5 || *s.Autoscale.CPU != 70:
		t.Errorf("autoscale %+v", s.Autoscale)
	case s.Readiness.Probe.PeriodSeconds != 2 || s.Readiness.Probe.Exec.Command[0] != "true":
		t.Errorf("readiness %+v", s.Readiness.Probe)
	case s.Kind != "CronJob" || s.InitContainers[0].Command[2] != "true" || s.EphemeralStorage.Limit.String() != "1Gi":
		t.Errorf("service %+v", s)
	}
}

func TestExtensionWinsOverLabels(t *testing.T) {
	p := &types.Project{Services: types.Services{"web": {
		Name:          "web",
		ContainerSpec: types.ContainerSpec{Labels: types.Labels{"kompose.controller.type": "daemonset", "kompose.service.expose": "a.example/x"}},
		Extensions:    types.Extensions{Key: map[string]any{"kind": "Deployment", "publish": map[string]any{"type": "gateway"}}},
	}}}
	all, _ := Read(p)
	s := all.Services["web"]
	if s.Kind != "Deployment" || s.Publish.Type != "gateway" || s.Publish.Host != "a.example/x" {
		t.Errorf("kind %s, publish %+v", s.Kind, s.Publish)
	}
}

// TestAMappingIsNoQuantity: types that are structs in Go only.
func TestAMappingIsNoQuantity(t *testing.T) {
	for text, want := range map[string]string{
		"{requests: {cpu: {min: 100m}}}":          "requests.cpu",
		"{requests: {cpu: {Format: x}}}":          "requests.cpu",
		"{requests: {cpu: [1]}}":                  "requests.cpu",
		"{ephemeralStorage: {limit: {max: 1Gi}}}": "ephemeralStorage.limit",
		"{initContainers: [{name: a, image: b, resources: {limits: {memory: {value: 1}}}}]}":                                                "initContainers[0].resources.limits.memory",
		"{initContainers: [{name: a, image: b, env: [{name: N, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: {a: 1}}}}]}]}": "initContainers[0].env[0].valueFrom.resourceFieldRef.divisor",
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		all, problems := Read(&types.Project{Services: types.Services{"web": {Name: "web", Extensions: types.Extensions{Key: value}}}})
		if len(problems) != 1 || problems[0].Path.String() != "services.web.x-kubernetes."+want || problems[0].Code != "extension-value" || !strings.Contains(problems[0].Message, "where a single value belongs") {
			t.Errorf("%s: %+v, %+v", text, problems, all.Services)
		}
	}
}

func TestChartAndStoreAreChecked(t *testing.T) {
	for text, want := range map[string]string{
		"{secretStore: Vault}":                     "secretStore",
		"{chart: {version: one}}":                  "chart.version",
		"{chart: {name: Big_Chart}}":               "chart.name",
		"{chart: {home: example}}":                 "chart.home",
		"{chart: {maintainers: [{email: a@b.c}]}}": "chart.maintainers[0]",
		"{chart: {titel: x}}":                      "chart.titel",
		"{secrets: sealed}":                        "secrets",
		"{secretStore: ClusterSecretStore/v, chart: {name: a, version: 1.2.3, appVersion: \"1\"}}": "",
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		_, problems := Read(&types.Project{Extensions: types.Extensions{Key: value}})
		if want == "" && len(problems) > 0 || want != "" && (len(problems) != 1 || problems[0].Path.String() != "x-kubernetes."+want) {
			t.Errorf("%s: %+v", text, problems)
		}
	}
}
