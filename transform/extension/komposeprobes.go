package extension

import (
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/diag"
)

func (s *Service) readinessProbe() *corev1.Probe { return probeOf(&s.Readiness) }

func (s *Service) livenessProbe() *corev1.Probe { return probeOf(&s.Liveness) }

func probeOf(p **Probe) *corev1.Probe {
	if *p == nil {
		*p = &Probe{Enabled: true}
	}
	if (*p).Probe == nil {
		(*p).Probe = &corev1.Probe{}
	}
	return (*p).Probe
}

func setHTTP(p *corev1.Probe, change func(*corev1.HTTPGetAction)) error {
	if p.HTTPGet == nil {
		p.HTTPGet = &corev1.HTTPGetAction{}
	}
	change(p.HTTPGet)
	return nil
}

func setHTTPPort(p *corev1.Probe, v string) error {
	port, err := parsePort(v)
	if err != nil {
		return err
	}
	return setHTTP(p, func(a *corev1.HTTPGetAction) { a.Port = intstr.FromInt32(port) })
}

func setTCPPort(p *corev1.Probe, v string) error {
	port, err := parsePort(v)
	if err != nil {
		return err
	}
	p.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromInt32(port)}
	return nil
}

// setProbeTest reads a test as Kompose does, which parts the label into words, and as a Compose healthcheck has it: the first word
// may be CMD, CMD-SHELL or NONE.
func setProbeTest(s *Service, v string) error {
	words := commandWords(v)
	if len(words) == 0 {
		return errors.New("the value is empty")
	}
	switch words[0] {
	case "NONE":
		s.Readiness = &Probe{}
		return nil
	case "CMD":
		words = words[1:]
	case "CMD-SHELL":
		script := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v), "CMD-SHELL"))
		if strings.HasPrefix(strings.TrimSpace(v), "[") {
			script = strings.Join(words[1:], " ")
		}
		words = []string{"/bin/sh", "-c", script}
	}
	if len(words) == 0 {
		return errors.New("the test names no command")
	}
	s.readinessProbe().Exec = &corev1.ExecAction{Command: words}
	return nil
}

// komposeProbe returns a probe that labels have put together as Kompose makes one of it: it runs a test, else asks by HTTP, else
// connects. One that is turned off stays off. nil is one that labels without a usable value speak of.
// Source: pkg/transformer/kubernetes/podspec.go of Kompose, configProbe.
func (r *reader) komposeProbe(at diag.Path, which string, wish *Probe) *Probe {
	if wish == nil || wish.Probe == nil {
		return wish
	}
	if !wish.Enabled {
		return &Probe{}
	}
	p, prefix := wish.Probe, "kompose.service.healthcheck."+which+"."
	drop := func(label, why string) {
		r.report(Problem{"kompose-value", at.Key(prefix + label), fmt.Sprintf("%s%s: %s; the label has no effect", prefix, label, why), "leave one way to check"})
	}
	if p.HTTPGet != nil && p.HTTPGet.Port.IntVal == 0 {
		drop("http_get_path", "there is no http_get_port")
		p.HTTPGet = nil
	}
	if p.HTTPGet != nil && p.Exec != nil {
		drop("http_get_port", "the probe runs a test")
		p.HTTPGet = nil
	}
	if p.TCPSocket != nil && (p.Exec != nil || p.HTTPGet != nil) {
		drop("tcp_port", "the probe checks in another way")
		p.TCPSocket = nil
	}
	if *p == (corev1.Probe{}) {
		return nil
	}
	return wish
}
