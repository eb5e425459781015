package extension

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/internal/suggest"
)

const komposePrefix = "kompose."

// komposeLabel is one label of Kompose and what it means here. Source: the user guide of Kompose 1.38, "Labels".
type komposeLabel struct {
	name  string
	means string // the key of x-kubernetes that says the same
	set   func(s *Service, value string) error
}

// komposeLabels is sorted by name. A setter leaves alone what x-kubernetes has set.
var komposeLabels = []komposeLabel{
	{"kompose.controller.port.expose", "ports[].mode: host", func(s *Service, v string) error { return setBool(&s.HostPorts, v) }},
	{"kompose.controller.type", "x-kubernetes.kind", setKind},
	{"kompose.cronjob.backoff_limit", "a Job with this backoffLimit", func(s *Service, v string) error { return setInt32(&s.BackoffLimit, v) }},
	{"kompose.cronjob.concurrency_policy", "the concurrencyPolicy of the CronJob", setConcurrency},
	{"kompose.cronjob.schedule", "x-kubernetes.schedule", setSchedule},
	{"kompose.ephemeral-storage.limit", "x-kubernetes.ephemeralStorage.limit", func(s *Service, v string) error {
		return setQuantity(&s.ephemeralStorage().Limit, v)
	}},
	{"kompose.ephemeral-storage.request", "x-kubernetes.ephemeralStorage.request", func(s *Service, v string) error {
		return setQuantity(&s.ephemeralStorage().Request, v)
	}},
	{"kompose.hpa.cpu", "x-kubernetes.autoscale.cpu", func(s *Service, v string) error { return setPercent(&s.autoscale().CPU, v) }},
	{"kompose.hpa.memory", "x-kubernetes.autoscale.memory", func(s *Service, v string) error { return setPercent(&s.autoscale().Memory, v) }},
	{"kompose.hpa.replicas.max", "x-kubernetes.autoscale.max", func(s *Service, v string) error {
		var highest *int32
		err := setInt32(&highest, v)
		if err == nil && s.autoscale().Max == 0 {
			s.Autoscale.Max = *highest
		}
		return err
	}},
	{"kompose.hpa.replicas.min", "x-kubernetes.autoscale.min", func(s *Service, v string) error { return setInt32(&s.autoscale().Min, v) }},
	{"kompose.image-pull-policy", "pull_policy", setPullPolicy},
	{"kompose.image-pull-secret", "x-kubernetes.imagePullSecrets", func(s *Service, v string) error {
		var secret string
		err := setName(&secret, v)
		if err == nil && s.ImagePullSecrets == nil {
			s.ImagePullSecrets = []string{secret}
		}
		return err
	}},
	{"kompose.init.containers.command", "x-kubernetes.initContainers[].command", func(s *Service, v string) error {
		c := s.initContainer()
		if c.Command == nil {
			c.Command = commandWords(v)
		}
		return nil
	}},
	{"kompose.init.containers.image", "x-kubernetes.initContainers[].image", func(s *Service, v string) error {
		return setString(&s.initContainer().Image, v)
	}},
	{"kompose.init.containers.name", "x-kubernetes.initContainers[].name", func(s *Service, v string) error {
		if len(validation.IsDNS1123Label(v)) > 0 {
			return fmt.Errorf("%q cannot be the name of a container", v)
		}
		return setString(&s.initContainer().Name, v)
	}},
	{"kompose.security-context.fsgroup", "x-kubernetes.fsGroup", setFSGroup},
	{"kompose.service.expose", "x-kubernetes.publish: {type: ingress, host}", setExpose},
	{"kompose.service.expose.ingress-class-name", "x-kubernetes.publish.ingressClass", func(s *Service, v string) error {
		return setName(&s.publish().IngressClass, v)
	}},
	{"kompose.service.expose.tls-secret", "x-kubernetes.publish.tlsSecret", func(s *Service, v string) error {
		return setName(&s.publish().TLSSecret, v)
	}},
	{"kompose.service.external-traffic-policy", "x-kubernetes.publish.externalTrafficPolicy", func(s *Service, v string) error {
		policy, err := oneOf(v, "Cluster", "Local")
		if err != nil {
			return err
		}
		return setString(&s.publish().ExternalTrafficPolicy, policy)
	}},
	{"kompose.service.group", "x-kubernetes.group", func(s *Service, v string) error { return setString(&s.Group, v) }},
	{"kompose.service.healthcheck.liveness.http_get_path", "x-kubernetes.liveness.httpGet.path", func(s *Service, v string) error {
		return setHTTP(s.livenessProbe(), func(a *corev1.HTTPGetAction) { a.Path = v })
	}},
	{"kompose.service.healthcheck.liveness.http_get_port", "x-kubernetes.liveness.httpGet.port", func(s *Service, v string) error {
		return setHTTPPort(s.livenessProbe(), v)
	}},
	{"kompose.service.healthcheck.liveness.tcp_port", "x-kubernetes.liveness.tcpSocket.port", func(s *Service, v string) error {
		return setTCPPort(s.livenessProbe(), v)
	}},
	{"kompose.service.healthcheck.readiness.disable", "x-kubernetes.readiness: false", func(s *Service, v string) error {
		var off bool
		err := setBool(&off, v)
		if err == nil && off && s.Readiness == nil {
			s.Readiness = &Probe{}
		}
		return err
	}},
	{"kompose.service.healthcheck.readiness.http_get_path", "x-kubernetes.readiness.httpGet.path", func(s *Service, v string) error {
		return setHTTP(s.readinessProbe(), func(a *corev1.HTTPGetAction) { a.Path = v })
	}},
	{"kompose.service.healthcheck.readiness.http_get_port", "x-kubernetes.readiness.httpGet.port", func(s *Service, v string) error {
		return setHTTPPort(s.readinessProbe(), v)
	}},
	{"kompose.service.healthcheck.readiness.interval", "x-kubernetes.readiness.periodSeconds", func(s *Service, v string) error {
		return setSeconds(&s.readinessProbe().PeriodSeconds, v)
	}},
	{"kompose.service.healthcheck.readiness.retries", "x-kubernetes.readiness.failureThreshold", func(s *Service, v string) error {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a number of tries", v)
		}
		s.readinessProbe().FailureThreshold = int32(n)
		return nil
	}},
	{"kompose.service.healthcheck.readiness.start_period", "x-kubernetes.readiness.initialDelaySeconds", func(s *Service, v string) error {
		return setSeconds(&s.readinessProbe().InitialDelaySeconds, v)
	}},
	{"kompose.service.healthcheck.readiness.tcp_port", "x-kubernetes.readiness.tcpSocket.port", func(s *Service, v string) error {
		return setTCPPort(s.readinessProbe(), v)
	}},
	{"kompose.service.healthcheck.readiness.test", "x-kubernetes.readiness.exec.command", setProbeTest},
	{"kompose.service.healthcheck.readiness.timeout", "x-kubernetes.readiness.timeoutSeconds", func(s *Service, v string) error {
		return setSeconds(&s.readinessProbe().TimeoutSeconds, v)
	}},
	{"kompose.service.name_override", "the name of the objects of the service", func(s *Service, v string) error { return setString(&s.Name, v) }},
	{"kompose.service.nodeport.port", "x-kubernetes.publish.nodePort", setNodePort},
	{"kompose.service.type", "x-kubernetes.service or x-kubernetes.publish", setServiceType},
	{"kompose.serviceaccount-name", "x-kubernetes.serviceAccountName", func(s *Service, v string) error {
		return setName(&s.ServiceAccountName, v)
	}},
	{"kompose.volume.type", "x-kubernetes.as of each mount", setVolumeType},
}

// komposeService applies the kompose.* labels of a service: one info each, and a warning for one that is not known or
// has a value that cannot be used.
func (r *reader) komposeService(labels types.Labels, at diag.Path, s *Service) {
	explicit := *s
	s.Readiness, s.Liveness = nil, nil // x-kubernetes names the whole probe
	for _, name := range sorted.Keys(labels) {
		if !strings.HasPrefix(name, komposePrefix) || isVolumeLabel(name) {
			continue
		}
		i := slices.IndexFunc(komposeLabels, func(l komposeLabel) bool { return l.name == name })
		if i < 0 {
			r.unknownKompose(name, at)
			continue
		}
		if err := komposeLabels[i].set(s, labels[name]); err != nil {
			r.report(Problem{
				"kompose-value", at.Key(name), fmt.Sprintf("%s: %s; the label has no effect", name, err),
				"use " + komposeLabels[i].means,
			})
			continue
		}
		r.report(Problem{"kompose-label", at.Key(name), name + " is read as " + komposeLabels[i].means, ""})
	}
	s.Readiness = r.komposeProbe(at, "readiness", s.Readiness)
	s.Liveness = r.komposeProbe(at, "liveness", s.Liveness)
	if explicit.Readiness != nil {
		s.Readiness = explicit.Readiness
	}
	if explicit.Autoscale == nil {
		r.komposeAutoscale(at, s)
	}
	if s.CronConcurrency != "" && s.Kind != "CronJob" && at[0] == "services" {
		r.report(Problem{"kompose-value", at.Key("kompose.cronjob.concurrency_policy"), "kompose.cronjob.concurrency_policy: there is no schedule; the label has no effect", "add the label kompose.cronjob.schedule"})
	}
	if len(explicit.InitContainers) == 0 {
		r.komposeInitContainer(at, s)
	}
	if explicit.Liveness != nil {
		s.Liveness = explicit.Liveness
	}
}

// komposeDeploy reports labels that stand where neither Kompose nor this converter looks for them.
func (r *reader) komposeDeploy(deploy *types.DeployConfig, at diag.Path) {
	if deploy == nil {
		return
	}
	for _, name := range sorted.Keys(deploy.Labels) {
		if strings.HasPrefix(name, komposePrefix) {
			r.report(Problem{"kompose-label-unknown", at.Key(name), name + " is not read in deploy.labels, which are labels of the Swarm service", "move it to labels of the service"})
		}
	}
}

func (r *reader) unknownKompose(name string, at diag.Path) {
	known := slices.Clone(komposeVolumeLabels)
	for _, l := range komposeLabels {
		known = append(known, l.name)
	}
	help := "docs/reference/kompose-labels.md lists the labels that are read"
	if closest := suggest.Closest(name, known); closest != "" {
		help = fmt.Sprintf("did you mean %q? %s", closest, help)
	}
	r.report(Problem{"kompose-label-unknown", at.Key(name), fmt.Sprintf("%q is not a label that Kompose or this converter reads", name), help})
}

func (s *Service) publish() *Publish {
	if s.Publish == nil {
		s.Publish = &Publish{}
	}
	return s.Publish
}

func (s *Service) autoscale() *Autoscale {
	if s.Autoscale == nil {
		s.Autoscale = &Autoscale{}
	}
	return s.Autoscale
}

func (s *Service) ephemeralStorage() *EphemeralStorage {
	if s.EphemeralStorage == nil {
		s.EphemeralStorage = &EphemeralStorage{}
	}
	return s.EphemeralStorage
}

func (s *Service) initContainer() *corev1.Container {
	if len(s.InitContainers) == 0 {
		s.InitContainers = []corev1.Container{{}}
	}
	return &s.InitContainers[0]
}

func setString(field *string, v string) error {
	if v == "" {
		return errors.New("the value is empty")
	}
	if *field == "" {
		*field = v
	}
	return nil
}

func setName(field *string, v string) error {
	if len(validation.IsDNS1123Subdomain(v)) > 0 {
		return fmt.Errorf("%q is not a name that Kubernetes takes", v)
	}
	return setString(field, v)
}

func setQuantity(field **resource.Quantity, v string) error {
	q, err := resource.ParseQuantity(v)
	if err != nil || q.Sign() < 0 {
		return fmt.Errorf("%q is not a quantity such as 1Gi", v)
	}
	if isFraction(q) {
		return fmt.Errorf("%s; %s", partOfByte(q), bytesHelp)
	}
	if *field == nil {
		*field = &q
	}
	return nil
}
