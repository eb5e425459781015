package extension

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
)

// TestKomposeValuesThatTheServerRefuses: a label is checked like the key that it stands for, and one that is wrong is as if it were
// not there.
func TestKomposeValuesThatTheServerRefuses(t *testing.T) {
	for label, value := range map[string]string{
		"kompose.serviceaccount-name":                         "Bad Name",
		"kompose.image-pull-secret":                           "Bad_Secret",
		"kompose.service.expose.tls-secret":                   "A B",
		"kompose.service.expose.ingress-class-name":           "A B",
		"kompose.service.nodeport.port":                       "80",
		"kompose.security-context.fsgroup":                    "4294967295",
		"kompose.init.containers.name":                        "Bad Name",
		"kompose.ephemeral-storage.limit":                     "512m",
		"kompose.ephemeral-storage.request":                   "-1",
		"kompose.hpa.cpu":                                     "0",
		"kompose.service.healthcheck.readiness.retries":       "-3",
		"kompose.service.healthcheck.readiness.interval":      "-3s",
		"kompose.service.healthcheck.readiness.http_get_path": "/x",
		"kompose.cronjob.concurrency_policy":                  "Sometimes",
		"kompose.service.healthcheck.liveness.http_get_path":  "/x",
		"kompose.service.healthcheck.readiness.start_period":  "soon",
		"kompose.service.external-traffic-policy":             "Elsewhere",
		"kompose.service.healthcheck.readiness.tcp_port":      "0",
		"kompose.service.healthcheck.liveness.http_get_port":  "http",
		"kompose.service.healthcheck.readiness.test":          "",
		"kompose.service.healthcheck.readiness.disable":       "perhaps",
		"kompose.controller.type":                             "CronJob",
		"kompose.service.type":                                "ExternalName",
		"kompose.cronjob.backoff_limit":                       "-1",
		"kompose.controller.port.expose":                      "maybe",
		"kompose.hpa.replicas.max":                            "many",
		"kompose.image-pull-policy":                           "Sometimes",
		"kompose.volume.type":                                 "disk",
		"kompose.service.name_override":                       "",
		"kompose.service.group":                               "",
		"kompose.init.containers.image":                       "",
		"kompose.cronjob.schedule":                            "",
		"kompose.service.healthcheck.readiness.timeout":       "x",
		"kompose.service.healthcheck.readiness.http_get_port": "0",
		"kompose.service.healthcheck.liveness.tcp_port":       "99999",
		"kompose.hpa.memory":                                  "50%",
		"kompose.hpa.replicas.min":                            "x",
	} {
		s, codes := readLabels(types.Labels{label: value})
		if !strings.Contains(strings.Join(codes, " "), "kompose-value") {
			t.Errorf("%s=%q: %v", label, value, codes)
		}
		s.Publish, s.EphemeralStorage, s.Kind = nil, nil, "" // empty ones do nothing
		if text, _ := json.Marshal(s); string(text) != "{}" {
			t.Errorf("%s=%q: %s", label, value, text)
		}
	}
}

func TestKomposeProbesCheckInOneWay(t *testing.T) {
	const readiness, liveness = "kompose.service.healthcheck.readiness.", "kompose.service.healthcheck.liveness."
	s, codes := readLabels(types.Labels{readiness + "test": "true", readiness + "tcp_port": "80", liveness + "http_get_port": "80", liveness + "tcp_port": "81"})
	if p := s.Readiness.Probe; p.Exec == nil || p.TCPSocket != nil || p.HTTPGet != nil {
		t.Errorf("readiness %+v", p)
	}
	if p := s.Liveness.Probe; p.HTTPGet == nil || p.TCPSocket != nil {
		t.Errorf("liveness %+v", p)
	}
	if n := strings.Count(strings.Join(codes, " "), "kompose-value"); n != 2 {
		t.Errorf("%v", codes)
	}
	if s, _ := readLabels(types.Labels{readiness + "disable": "true", readiness + "test": "true"}); s.Readiness.Enabled || s.Readiness.Probe != nil {
		t.Errorf("%+v, although it is disabled", s.Readiness)
	}
}

func TestKomposeWaysOut(t *testing.T) {
	s, codes := readLabels(types.Labels{"kompose.service.expose": "a.example.com", "kompose.service.type": "LoadBalancer"})
	if s.Publish.Type != "ingress" || !strings.Contains(strings.Join(codes, " "), "kompose-value") {
		t.Errorf("%+v, %v: one of the two is lost in silence", s.Publish, codes)
	}
	if s, _ := readLabels(types.Labels{"kompose.controller.type": "replicationcontroller"}); s.Kind != "Deployment" {
		t.Errorf("kind %q", s.Kind)
	}
	if _, codes := readLabels(types.Labels{"kompose.cronjob.concurrency_policy": "Forbid"}); !strings.Contains(strings.Join(codes, " "), "kompose-value") {
		t.Errorf("%v: there is no CronJob", codes)
	}
}

func TestKomposeVolumeLabelsOfServices(t *testing.T) {
	labels := types.Labels{"kompose.volume.size": "5Gi"}
	mounts := []types.ServiceVolumeConfig{{Type: "volume", Source: "a", Target: "/a"}, {Type: "volume", Source: "b", Target: "/b"}}
	for _, c := range []struct {
		mounts []types.ServiceVolumeConfig
		code   string
	}{{mounts, "kompose-label"}, {nil, "kompose-value"}} {
		all, problems := Read(&types.Project{
			Services: types.Services{"x": {Name: "x", ContainerSpec: types.ContainerSpec{Labels: labels, Volumes: c.mounts}}},
			Volumes:  types.Volumes{"a": {}, "b": {}},
		})
		if len(problems) != 1 || problems[0].Code != c.code {
			t.Errorf("%+v, want one %s", problems, c.code)
		}
		if c.mounts != nil && (all.Volumes["a"].Size == nil || all.Volumes["b"].Size == nil) {
			t.Errorf("%+v", all.Volumes)
		}
	}
	for label, value := range map[string]string{"kompose.volume.selector": "a b", "kompose.volume.subpath": "../x", "kompose.volume.storage-class-name": "A B", "kompose.volume.size": "5m"} {
		_, problems := Read(&types.Project{Volumes: types.Volumes{"a": {Labels: types.Labels{label: value}}}})
		if len(problems) != 1 || problems[0].Code != "kompose-value" {
			t.Errorf("%s=%s: %+v", label, value, problems)
		}
	}
}

func TestKomposeLabelsOfDeploy(t *testing.T) {
	_, problems := Read(&types.Project{Services: types.Services{"x": {Name: "x", Deploy: &types.DeployConfig{Labels: types.Labels{"kompose.service.type": "nodeport", "other": "y"}}}}})
	if len(problems) != 1 || problems[0].Code != "kompose-label-unknown" || problems[0].Path.String() != "services.x.deploy.labels.kompose.service.type" {
		t.Errorf("%+v", problems)
	}
}

// TestProbesOfTheExtensionAreLeftAlone: x-kubernetes names the whole probe, also with a port by its name.
func TestProbesOfTheExtensionAreLeftAlone(t *testing.T) {
	probe := map[string]any{"httpGet": map[string]any{"port": "web"}}
	all, problems := Read(&types.Project{Services: types.Services{"x": {
		Name: "x", Extensions: types.Extensions{Key: map[string]any{"readiness": probe, "liveness": probe}},
		ContainerSpec: types.ContainerSpec{Labels: types.Labels{"kompose.service.healthcheck.readiness.interval": "9s", "kompose.service.healthcheck.liveness.tcp_port": "80"}},
	}}})
	for _, p := range []*Probe{all.Services["x"].Readiness, all.Services["x"].Liveness} {
		if p.Probe.HTTPGet == nil || p.Probe.HTTPGet.Port.StrVal != "web" || p.Probe.PeriodSeconds != 0 || p.Probe.TCPSocket != nil {
			t.Errorf("%+v, %+v", p.Probe, problems)
		}
	}
}
