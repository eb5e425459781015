package extension

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
)

// reservedLabels are those that selectors and other objects rely on.
var reservedLabels = []string{
	"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by",
	"transship/", "alias.transship/", "network.transship/", "volume.transship/",
}

// refusal collects what the API server would refuse in a decoded value. What it refuses is taken out of the value, so
// that a conversion that is allowed to go on still makes valid objects.
type refusal struct {
	at       diag.Path
	problems []Problem
}

func (r *refusal) refuse(at diag.Path, help, format string, args ...any) {
	r.problems = append(r.problems, Problem{Code: "extension-value", Path: at, Message: fmt.Sprintf(format, args...), Help: help})
}

// refused returns what is wrong in a value although it has the right type.
func refused(target any, at diag.Path) []Problem {
	r := &refusal{at: at}
	switch v := target.(type) {
	case *Project:
		r.name(&v.Namespace, validation.IsDNS1123Label, "namespace")
		r.name(&v.StorageClass, validation.IsDNS1123Subdomain, "storageClass")
		if v.Domain != "" && len(validation.IsDNS1123Subdomain(strings.ToLower(v.Domain))) > 0 {
			r.refuse(r.at.Key("domain"), "write a name such as example.com", "%q is not a domain", v.Domain)
			v.Domain = ""
		}
		r.store(&v.SecretStore)
		r.chart(&v.Chart)
		v.ImagePullSecrets = r.pullSecrets(v.ImagePullSecrets)
		r.size(&v.VolumeSize, true, "volumeSize")
		r.patches(v.Patches)
		r.contexts(v)
	case *Service:
		r.service(v)
	case *Network:
		r.labels(v.NamespaceSelector, false, "namespaceSelector")
	case *Volume:
		r.name(&v.ClaimName, validation.IsDNS1123Subdomain, "claimName")
		if v.StorageClass != nil {
			r.name(v.StorageClass, validation.IsDNS1123Subdomain, "storageClass")
		}
		r.labels(v.Selector, false, "selector")
		r.size(&v.Size, true, "size")
	case *Content:
		r.name(&v.Name, validation.IsDNS1123Subdomain, "name")
		r.name(&v.Key, validation.IsConfigMapKey, "key")
	}
	return r.problems
}

func (r *refusal) service(s *Service) {
	r.name(&s.ServiceAccountName, validation.IsDNS1123Subdomain, "serviceAccountName")
	s.ImagePullSecrets = r.pullSecrets(s.ImagePullSecrets)
	r.labels(s.PodLabels, true, "podLabels")
	r.annotations(s.PodAnnotations, "podAnnotations")
	r.patches(s.Patches)
	if s.FSGroup != nil && (*s.FSGroup < 0 || *s.FSGroup > 1<<31-1) {
		r.refuse(r.at.Key("fsGroup"), "write a number from 0 to 2147483647", "%d is not a group id", *s.FSGroup)
		s.FSGroup = nil
	}
	if s.Publish != nil {
		r.name(&s.Publish.TLSSecret, validation.IsDNS1123Subdomain, "publish", "tlsSecret")
		r.name(&s.Publish.IngressClass, validation.IsDNS1123Subdomain, "publish", "ingressClass")
		r.annotations(s.Publish.Annotations, "publish", "annotations")
		r.publish(s.Publish)
	}
	r.resources(s)
	for _, p := range []struct {
		key   string
		probe **Probe
	}{{"liveness", &s.Liveness}, {"readiness", &s.Readiness}} {
		if *p.probe == nil || (*p.probe).Probe == nil {
			continue
		}
		problem, help := probeProblem((*p.probe).Probe)
		if n := (*p.probe).Probe.SuccessThreshold; problem == "" && p.key == "liveness" && n > 1 {
			problem, help = fmt.Sprintf("successThreshold is %d: one success is all that a livenessProbe waits for", n), "remove it"
		}
		if problem != "" {
			r.refuse(r.at.Key(p.key), help, "%s", problem)
			*p.probe = nil
		}
	}
	if s.Schedule != "" && s.Kind == "" {
		s.Kind = "CronJob" // nothing else has a schedule
	}
	if s.Schedule != "" && s.Kind != "CronJob" {
		r.refuse(r.at.Key("schedule"), "remove it, or write kind: CronJob", "a %s has no schedule", s.Kind)
		s.Schedule = ""
	}
	r.autoscale(s)
	r.initContainers(s)
}

// Range of the ports that a cluster opens on its nodes unless it is told otherwise.
const firstNodePort, lastNodePort = 30000, 32767

func (r *refusal) publish(p *Publish) {
	if p.NodePort != 0 && (p.NodePort < firstNodePort || p.NodePort > lastNodePort) {
		r.refuse(r.at.Key("publish", "nodePort"), fmt.Sprintf("write a number from %d to %d", firstNodePort, lastNodePort), "%d is not a node port", p.NodePort)
		p.NodePort = 0
	}
	if _, err := netip.ParseAddr(p.LoadBalancerIP); p.LoadBalancerIP != "" && err != nil {
		r.refuse(r.at.Key("publish", "loadBalancerIP"), "write an address such as 192.0.2.1", "%q is not an IP address", p.LoadBalancerIP)
		p.LoadBalancerIP = ""
	}
	p.SourceRanges = slices.DeleteFunc(p.SourceRanges, func(text string) bool {
		if _, err := netip.ParsePrefix(strings.TrimSpace(text)); err != nil {
			r.refuse(r.at.Key("publish", "loadBalancerSourceRanges"), "write a range such as 192.0.2.0/24", "%q is not a range of addresses", text)
			return true
		}
		return false
	})
	if !isRoutePath(p.Path) {
		r.refuse(r.at.Key("publish", "path"), "write a path such as /shop", "%q is not a path that a route takes", p.Path)
		p.Path = ""
	}
}

// isRoutePath reports whether a path is in the form that Ingress and HTTPRoute want: without steps upwards or empty ones.
func isRoutePath(path string) bool {
	return !strings.Contains(path, "//") && !strings.Contains(strings.ToLower(path), "%2f") &&
		!slices.ContainsFunc(strings.Split(path, "/"), func(step string) bool { return step == "." || step == ".." })
}

// probeProblem returns what the API server would refuse in a probe, and what to do.
func probeProblem(p *corev1.Probe) (problem, help string) {
	if handlers(p) > 1 {
		return "a probe does one thing", "keep one of exec, httpGet, tcpSocket and grpc"
	}
	for _, n := range []int32{p.InitialDelaySeconds, p.TimeoutSeconds, p.PeriodSeconds, p.SuccessThreshold, p.FailureThreshold} {
		if n < 0 {
			return fmt.Sprintf("%d is less than nothing", n), "write a positive number"
		}
	}
	var port *intstr.IntOrString
	switch {
	case p.Exec != nil && len(p.Exec.Command) == 0:
		return "the probe runs no command", "write exec: {command: [cat, /ready]}"
	case p.GRPC != nil && (p.GRPC.Port < 1 || p.GRPC.Port > 65535):
		return fmt.Sprintf("%d is not a port", p.GRPC.Port), "write port: with a number from 1 to 65535"
	case p.HTTPGet != nil && !slices.Contains([]corev1.URIScheme{"", corev1.URISchemeHTTP, corev1.URISchemeHTTPS}, p.HTTPGet.Scheme):
		return fmt.Sprintf("%q is not a scheme", p.HTTPGet.Scheme), "write HTTP or HTTPS"
	}
	switch {
	case p.HTTPGet != nil:
		port = &p.HTTPGet.Port
	case p.TCPSocket != nil:
		port = &p.TCPSocket.Port
	}
	if port != nil && port.Type == intstr.String && len(validation.IsValidPortName(port.StrVal)) > 0 {
		return fmt.Sprintf("%q is not the name of a port", port.StrVal), "write port: with a number from 1 to 65535, or the name of a port"
	}
	if port != nil && port.Type == intstr.Int && (port.IntVal < 1 || port.IntVal > 65535) {
		return fmt.Sprintf("%d is not a port", port.IntVal), "write port: with a number from 1 to 65535, or the name of a port"
	}
	return "", ""
}

func handlers(p *corev1.Probe) int {
	n := 0
	for _, set := range []bool{p.Exec != nil, p.HTTPGet != nil, p.TCPSocket != nil, p.GRPC != nil} {
		if set {
			n++
		}
	}
	return n
}

// autoscale: the API server wants a maximum, and no minimum above it; 0 Pods would need a gate.
func (r *refusal) autoscale(s *Service) {
	a := s.Autoscale
	if a == nil {
		return
	}
	const help = "write autoscale: {min: 1, max: 5, cpu: 80}"
	before := len(r.problems)
	if a.Max < 1 {
		r.refuse(r.at.Key("autoscale", "max"), help, "an autoscaler needs the most replicas there may be, at least 1")
	}
	for _, n := range []struct {
		key   string
		value *int32
	}{{"min", a.Min}, {"cpu", a.CPU}, {"memory", a.Memory}} {
		if n.value != nil && *n.value < 1 {
			r.refuse(r.at.Key("autoscale", n.key), help, "%d is too small", *n.value)
		}
	}
	if a.Min != nil && a.Max >= 1 && *a.Min > a.Max {
		r.refuse(r.at.Key("autoscale", "min"), help, "the fewest replicas, %d, are more than the most, %d", *a.Min, a.Max)
	}
	if len(r.problems) > before {
		s.Autoscale = nil
	}
}

func (r *refusal) initContainers(s *Service) {
	seen := map[string]bool{}
	kept := s.InitContainers[:0:0]
	for i, c := range s.InitContainers {
		at := r.at.Key("initContainers").Index(i)
		switch {
		case c.Name == "":
			r.refuse(at, "name: prepare", "the initContainer has no name")
		case len(validation.IsDNS1123Label(c.Name)) > 0:
			r.refuse(at.Key("name"), "use a-z, 0-9 and the dash, at most 63 of them", "%q cannot be the name of a container", c.Name)
		case seen[c.Name]:
			r.refuse(at.Key("name"), "rename one of them", "two initContainers are called %s", c.Name)
		case c.Image == "":
			r.refuse(at, "image: busybox", "the initContainer has no image")
		default:
			kept = append(kept, c)
		}
		seen[c.Name] = true
	}
	s.InitContainers = kept
}

func (r *refusal) patches(patches []Patch) {
	for i, p := range patches {
		if p.Patch == nil {
			r.refuse(r.at.Key("patches").Index(i), "write patches: [{target: {kind: Deployment}, patch: {spec: {…}}}]", "the patch changes nothing: it has no key patch")
		}
	}
}

func (r *refusal) name(field *string, valid func(string) []string, keys ...string) {
	if *field == "" || len(valid(*field)) == 0 {
		return
	}
	r.refuse(r.at.Key(keys...), "use a-z, 0-9 and the dash", "%q is not a name that Kubernetes takes", *field)
	*field = ""
}

func (r *refusal) pullSecrets(list []string) []string {
	var kept []string
	for i, name := range list {
		if len(validation.IsDNS1123Subdomain(name)) > 0 {
			r.refuse(r.at.Key("imagePullSecrets").Index(i), "use a-z, 0-9, the dash and the dot", "%q is not a name that Kubernetes takes", name)
			continue
		}
		kept = append(kept, name)
	}
	return kept
}

func (r *refusal) labels(labels map[string]string, ofPods bool, at string) {
	for _, key := range sorted.Keys(labels) {
		reserved := false
		for _, prefix := range reservedLabels {
			reserved = reserved || ofPods && strings.HasPrefix(key, prefix)
		}
		switch {
		case len(validation.IsQualifiedName(key)) > 0:
			r.refuse(r.at.Key(at, key), "use letters, digits, dashes, dots and underscores, at most 63 after the slash", "%q cannot be the name of a label", key)
		case reserved:
			r.refuse(r.at.Key(at, key), "use another label; selectors rely on this one", "the label %s is set by the conversion", key)
		case len(validation.IsValidLabelValue(labels[key])) > 0:
			r.refuse(r.at.Key(at, key), "use at most 63 letters, digits, dashes, dots and underscores, or an annotation", "%q cannot be the value of a label", labels[key])
		default:
			continue
		}
		delete(labels, key)
	}
}

func (r *refusal) annotations(annotations map[string]string, keys ...string) {
	for _, key := range sorted.Keys(annotations) {
		if len(validation.IsQualifiedName(strings.ToLower(key))) > 0 {
			r.refuse(r.at.Key(append(keys, key)...), "use letters, digits, dashes, dots and underscores, at most 63 after the slash", "%q cannot be the name of an annotation", key)
			delete(annotations, key)
		}
	}
}
