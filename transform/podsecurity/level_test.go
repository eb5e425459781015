package podsecurity

import (
	"fmt"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/transship/transship/transform/input"
)

// The checks of one version say what the library's evaluator of all versions says for that version.
func TestChecksOfOneVersion(t *testing.T) {
	t.Parallel()
	all, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	yes, no, unmasked := true, false, corev1.UnmaskedProcMount
	refused := map[string]bool{}
	for minor := range 45 {
		version := input.Version{Major: 1, Minor: minor}
		one, err := newEvaluator(version)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range []corev1.PodSpec{
			{},
			{HostNetwork: true, HostPID: true},
			{HostUsers: &no, Containers: []corev1.Container{{SecurityContext: &corev1.SecurityContext{ProcMount: &unmasked}}}},
			{OS: &corev1.PodOS{Name: corev1.Windows}, Containers: []corev1.Container{{}}},
			{SecurityContext: &corev1.PodSecurityContext{Sysctls: []corev1.Sysctl{{Name: "net.ipv4.tcp_keepalive_time", Value: "1"}, {Name: "net.ipv4.ip_local_reserved_ports", Value: "1"}}}},
			{SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: &yes, SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}}, Containers: []corev1.Container{
				{SecurityContext: &corev1.SecurityContext{AllowPrivilegeEscalation: &no, Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: []corev1.Capability{"NET_BIND_SERVICE"}}}},
			}},
			{Containers: []corev1.Container{{LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Host: "a"}}}}}},
			{Volumes: []corev1.Volume{{VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}}},
		} {
			template := &corev1.PodTemplateSpec{Spec: spec}
			for _, level := range []api.Level{api.LevelBaseline, api.LevelRestricted} {
				want := all.EvaluatePod(api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)}, &template.ObjectMeta, &template.Spec)
				got := one.EvaluatePod(api.LevelVersion{Level: level, Version: firstVersion}, &template.ObjectMeta, &template.Spec)
				if !reflect.DeepEqual(got, want) {
					t.Errorf("1.%d %s: %v, want %v", minor, level, got, want)
				}
				for _, r := range want {
					refused[fmt.Sprint(r.ForbiddenReason, r.Allowed)] = true
				}
			}
		}
	}
	if len(refused) < 8 {
		t.Errorf("the Pods show little: %v", refused)
	}
}
