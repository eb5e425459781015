package extension

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
)

// TestRefusedValues: what the API server would refuse is an error at the very key, in words without Go types, and is not
// in the decoded value.
func TestRefusedValues(t *testing.T) {
	for _, c := range []struct{ value, at, message string }{
		{`{"liveness": 5}`, "liveness", `"5" is not true, false or a Kubernetes probe`},
		{`{"ports": [80, "abc"]}`, "ports[1]", `"abc" is not a port such as 7000 or 7000/udp`},
		{`{"ports": ["80/foo"]}`, "ports[0]", `"foo" is not a protocol: tcp, udp or sctp`},
		{`{"requests": {"cpu": "x"}}`, "requests.cpu", `"x" is not a quantity such as 500m or 1Gi`},
		{`{"requests": {"cpu": "-1"}}`, "requests.cpu", `"-1" is not a quantity such as 500m or 1Gi`},
		{`{"inline": "yes"}`, "inline", `"yes" is not true or false`},
		{`{"fsGroup": "x"}`, "fsGroup", `"x" is not a whole number`},
		{`{"fsGroup": -1}`, "fsGroup", "-1 is not a group id"},
		{`{"group": 5}`, "group", "5 is not text"},
		{`{"autoscale": {"min": 5}}`, "autoscale.max", "an autoscaler needs the most replicas there may be, at least 1"},
		{`{"autoscale": {"min": 5, "max": 2}}`, "autoscale.min", "the fewest replicas, 5, are more than the most, 2"},
		{`{"autoscale": {"min": 0, "max": 2}}`, "autoscale.min", "0 is too small"},
		{`{"podLabels": {"a b": "c"}}`, "podLabels.a b", `"a b" cannot be the name of a label`},
		{`{"podLabels": {"a": "b c"}}`, "podLabels.a", `"b c" cannot be the value of a label`},
		{`{"podLabels": {"app.kubernetes.io/name": "x"}}`, "podLabels.app.kubernetes.io/name", "the label app.kubernetes.io/name is set by the conversion"},
		{`{"podAnnotations": {"a b": "c"}}`, "podAnnotations.a b", `"a b" cannot be the name of an annotation`},
		{`{"initContainers": [{"image": "x"}]}`, "initContainers[0]", "the initContainer has no name"},
		{`{"initContainers": [{"name": "A_B", "image": "x"}]}`, "initContainers[0].name", `"A_B" cannot be the name of a container`},
		{`{"initContainers": [{"name": "a"}]}`, "initContainers[0]", "the initContainer has no image"},
		{`{"serviceAccountName": "A_b"}`, "serviceAccountName", `"A_b" is not a name that Kubernetes takes`},
		{`{"imagePullSecrets": ["ok", "A_b"]}`, "imagePullSecrets[1]", `"A_b" is not a name that Kubernetes takes`},
		{`{"devices": {"/dev/x": "bad res"}}`, "devices./dev/x", `"bad res" is not the name of an extended resource`},
		{`{"liveness": {"exec": {}, "tcpSocket": {"port": 1}}}`, "liveness", "a probe does one thing"},
		{`{"readiness": {"httpGet": {"path": "/"}}}`, "readiness", "0 is not a port"},
		{`{"liveness": {"tcpSocket": {"port": 99999}}}`, "liveness", "99999 is not a port"},
		{`{"liveness": {"failureThreshold": -1}}`, "liveness", "-1 is less than nothing"},
		{`{"requests": {"foo": 1}}`, "requests.foo", `"foo" is not a resource`},
		{`{"requests": {"memory": "512m"}}`, "requests.memory", "512m is not a whole number of bytes: m stands for a thousandth"},
		{`{"requests": {"nvidia.com/gpu": 0.5}}`, "requests.nvidia.com/gpu", "500m is not a whole number: devices cannot be shared"},
		{`{"requests": {"requests.x/y": 1}}`, "requests.requests.x/y", `"requests.x/y" is not a resource`},
		{`{"requests": {"hugepages-2Mi": "3Mi"}}`, "requests.hugepages-2Mi", "3Mi is not a whole number of pages of 2Mi"},
		{`{"requests": {"hugepages-x": "3Mi"}}`, "requests.hugepages-x", `"x" is not the size of a page`},
		{`{"ephemeralStorage": {"limit": "500m"}}`, "ephemeralStorage.limit", "500m is not a whole number of bytes: m stands for a thousandth"},
		{`{"devices": {"/dev/x": "kubernetes.io/x"}}`, "devices./dev/x", `"kubernetes.io/x" is not the name of an extended resource`},
		{`{"env": {"A": null}}`, "env.A", "there is no value"},
		{`{"requests": {"cpu": null}}`, "requests.cpu", "there is no value"},
		{`{"ports": [80, null]}`, "ports[1]", "there is no value"},
		{`{"publish": {"nodePort": 80}}`, "publish.nodePort", "80 is not a node port"},
		{`{"publish": {"loadBalancerIP": "x"}}`, "publish.loadBalancerIP", `"x" is not an IP address`},
		{`{"publish": {"loadBalancerSourceRanges": ["x"]}}`, "publish.loadBalancerSourceRanges", `"x" is not a range of addresses`},
		{`{"publish": {"path": "/a/../b"}}`, "publish.path", `"/a/../b" is not a path that a route takes`},
		{`{"liveness": {"tcpSocket": {"port": "not a name!"}}}`, "liveness", `"not a name!" is not the name of a port`},
		{`{"liveness": {"exec": {}}}`, "liveness", "the probe runs no command"},
		{`{"liveness": {"grpc": {"port": 0}}}`, "liveness", "0 is not a port"},
		{`{"readiness": {"httpGet": {"port": 80, "scheme": "ftp"}}}`, "readiness", `"ftp" is not a scheme`},
		{`{"liveness": {"exec": {"command": ["x"]}, "successThreshold": 2}}`, "liveness", "successThreshold is 2: one success is all that a livenessProbe waits for"},
		{`{"patches": [{"target": {"kind": "Deployment"}}]}`, "patches[0]", "the patch changes nothing: it has no key patch"},
		{`{"kind": "Job", "schedule": "@daily"}`, "schedule", "a Job has no schedule"},
	} {
		var value any
		if err := json.Unmarshal([]byte(c.value), &value); err != nil {
			t.Fatal(err)
		}
		problems := decode(value, diag.Path{}, &Service{})
		if len(problems) != 1 || problems[0].Code != "extension-value" || problems[0].Path.String() != c.at || problems[0].Message != c.message {
			t.Errorf("%s: %+v", c.value, problems)
		}
	}
}

func TestScheduleMeansCronJob(t *testing.T) {
	var s Service
	if problems := decode(map[string]any{"schedule": "@daily"}, diag.Path{}, &s); len(problems) > 0 || s.Kind != "CronJob" {
		t.Errorf("kind %q, problems %v", s.Kind, problems)
	}
}

// readLabels returns what labels say of a service, and the messages of warnings about them.
func readLabels(labels types.Labels) (Service, []string) {
	p := &types.Project{Services: types.Services{"web": {Name: "web", ContainerSpec: types.ContainerSpec{Labels: labels}}}}
	all, problems := Read(p)
	var warnings []string
	for _, problem := range problems {
		if problem.Code != "kompose-label" {
			warnings = append(warnings, problem.Code+": "+problem.Message)
		}
	}
	return all.Services["web"], warnings
}

// TestKomposeReadinessTest: Kompose parts the label into words, and its guide writes CMD in front of them.
func TestKomposeReadinessTest(t *testing.T) {
	for label, want := range map[string]string{
		"CMD pg_isready -U 'my user'":    "pg_isready|-U|my user",
		"echo foobar":                    "echo|foobar",
		`["CMD", "echo", "OK"]`:          "echo|OK",
		`["CMD-SHELL", "a && b"]`:        "/bin/sh|-c|a && b",
		"CMD-SHELL curl -f x || exit 1":  "/bin/sh|-c|curl -f x || exit 1",
		`CMD curl -f "http://localhost"`: "curl|-f|http://localhost",
	} {
		s, warnings := readLabels(types.Labels{"kompose.service.healthcheck.readiness.test": label})
		if s.Readiness == nil || s.Readiness.Probe == nil || s.Readiness.Probe.Exec == nil || len(warnings) > 0 {
			t.Errorf("%s: no probe, %v", label, warnings)
		} else if got := strings.Join(s.Readiness.Probe.Exec.Command, "|"); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
	if s, _ := readLabels(types.Labels{"kompose.service.healthcheck.readiness.test": "NONE"}); s.Readiness == nil || s.Readiness.Enabled {
		t.Error("NONE does not turn the probe off")
	}
}

// TestKomposeAutoscale: every autoscaler has a maximum, and one without a usable value is none.
func TestKomposeAutoscale(t *testing.T) {
	s, _ := readLabels(types.Labels{"kompose.hpa.replicas.min": "5"})
	if s.Autoscale == nil || *s.Autoscale.Min != 5 || s.Autoscale.Max != 5 || *s.Autoscale.CPU != 50 {
		t.Errorf("min alone: %+v", s.Autoscale)
	}
	s, _ = readLabels(types.Labels{"kompose.hpa.cpu": "80"})
	if s.Autoscale == nil || s.Autoscale.Max != 3 || *s.Autoscale.CPU != 80 {
		t.Errorf("cpu alone: %+v", s.Autoscale)
	}
	s, warnings := readLabels(types.Labels{"kompose.hpa.cpu": "abc"})
	if s.Autoscale != nil || len(warnings) != 1 {
		t.Errorf("no number: %+v, %v", s.Autoscale, warnings)
	}
	s, warnings = readLabels(types.Labels{"kompose.hpa.replicas.min": "5", "kompose.hpa.replicas.max": "2"})
	if s.Autoscale == nil || s.Autoscale.Max != 5 || len(warnings) != 1 {
		t.Errorf("min above max: %+v, %v", s.Autoscale, warnings)
	}
}

func TestKomposeInitContainer(t *testing.T) {
	s, warnings := readLabels(types.Labels{"kompose.init.containers.image": "busybox", "kompose.init.containers.command": "sh -c 'sleep 1'"})
	if len(s.InitContainers) != 1 || s.InitContainers[0].Name != "init-service" || len(s.InitContainers[0].Command) != 3 || len(warnings) > 0 {
		t.Errorf("%+v, %v", s.InitContainers, warnings)
	}
	if s, warnings = readLabels(types.Labels{"kompose.init.containers.name": "x"}); len(s.InitContainers) != 0 || len(warnings) != 1 {
		t.Errorf("without an image: %+v, %v", s.InitContainers, warnings)
	}
}

func TestKindLabel(t *testing.T) {
	if s, warnings := readLabels(types.Labels{KindLabel: "daemonset"}); s.Kind != "DaemonSet" || len(warnings) > 0 {
		t.Errorf("kind %q, %v", s.Kind, warnings)
	}
	if s, warnings := readLabels(types.Labels{KindLabel: "Deploymnt"}); s.Kind != "" || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "extension-value") {
		t.Errorf("kind %q, %v", s.Kind, warnings)
	}
}

// TestValuesOutsideAnEnumeration are as if they were not written, where the conversion is allowed to go on.
func TestValuesOutsideAnEnumeration(t *testing.T) {
	var s Service
	problems := decode(map[string]any{"kind": "deployment", "publish": map[string]any{"type": "ingres", "host": "a.example"}, "dnsPolicy": "x"}, diag.Path{}, &s)
	if len(problems) != 3 || s.Kind != "" || s.Publish == nil || s.Publish.Type != "" || s.Publish.Host != "a.example" || s.DNSPolicy != "" {
		t.Errorf("%+v, %v", s, problems)
	}
}

// TestTheRestIsRead: what is wrong does not take what is right with it.
func TestTheRestIsRead(t *testing.T) {
	var s Service
	problems := decode(map[string]any{"ports": []any{"abc", 7000}, "liveness": 5, "knd": "x", "fsGroup": 7}, diag.Path{}, &s)
	if len(problems) != 3 || len(s.Ports) != 1 || s.Ports[0].Number != 7000 || s.Liveness != nil || s.FSGroup == nil || *s.FSGroup != 7 {
		t.Errorf("%+v, %v", s, problems)
	}
}

func TestSizesOfVolumes(t *testing.T) {
	for value, message := range map[string]string{
		`{"size": "512m"}`: "512m is not a whole number of bytes: m stands for a thousandth",
		`{"size": 0}`:      "a volume needs a size above 0",
	} {
		var decoded any
		if err := json.Unmarshal([]byte(value), &decoded); err != nil {
			t.Fatal(err)
		}
		var v Volume
		if problems := decode(decoded, diag.Path{}, &v); len(problems) != 1 || problems[0].Message != message || v.Size != nil {
			t.Errorf("%s: %+v", value, problems)
		}
	}
}

// TestPatchWithAWrongTargetAppliesToNothing: without its target it would apply to every object.
func TestPatchWithAWrongTargetAppliesToNothing(t *testing.T) {
	var s Service
	problems := decode(map[string]any{"patches": []any{
		map[string]any{"target": "Deployment", "patch": map[string]any{"metadata": nil}},
		map[string]any{"patch": map[string]any{"metadata": nil}},
	}}, diag.Path{}, &s)
	if len(problems) != 1 || len(s.Patches) != 1 {
		t.Errorf("%+v, %+v", problems, s.Patches)
	}
}

func TestDomain(t *testing.T) {
	var p Project
	if problems := decode(map[string]any{"domain": "bad domain!"}, diag.Path{}, &p); len(problems) != 1 || p.Domain != "" {
		t.Errorf("%+v", problems)
	}
}
