package transform

import (
	"encoding/json"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
)

// annotationLabels holds, as JSON, the labels whose keys no annotation can have.
const annotationLabels = "transship/labels"

// ownPrefix is that of the annotations by which transship knows its objects: a label of the same name must not stand for one.
const ownPrefix = "transship/"

// labelAnnotations returns the Pod annotations that carry the service's labels and annotations.
//
// Docker's labels are free text for whoever reads them. Kubernetes' labels select: their values are short and
// restricted, and a change of them changes what belongs to a workload. Annotations are what Docker's labels are.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#labels,
// https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
func (s *service) labelAnnotations() map[string]string {
	s.reportControllers(s.key("labels"), s.config.Labels)
	out := s.annotationsOf(s.key("labels"), s.config.Labels)
	addAnnotations(out, s.annotationsOf(s.key("annotations"), s.config.Annotations))
	for _, key := range sortedKeys(s.config.Annotations) {
		if strings.HasPrefix(key, "run.oci.") {
			s.reportf("annotation-runtime", s.key("annotations", key), "configure the container runtime of the nodes to pass it on",
				"%s is an annotation of the Pod; container runtimes read only those they are configured to", key)
		}
	}
	size := 0
	for key, value := range out {
		size += len(key) + len(value)
	}
	if size > maxAnnotations {
		s.reportf("object-too-large", s.key("labels"), "mount what is long as a config",
			"the labels and annotations have %d KiB; the API server refuses annotations of more than 256", size>>10)
	}
	return out
}

// maxAnnotations is what all annotations of an object may have together. Docker has no limit.
// Source: TotalAnnotationSizeLimitB of k8s.io/apimachinery/pkg/api/validation.
const maxAnnotations = 256 << 10

// addAnnotations adds annotations to others. Those that hold odd keys become one; for any other key the added value counts.
func addAnnotations(to, added map[string]string) {
	odd := oddLabels(to[annotationLabels])
	maps.Copy(odd, oddLabels(added[annotationLabels]))
	maps.Copy(to, added)
	if len(odd) > 0 {
		to[annotationLabels] = compactJSON(odd)
	}
}

// oddLabels reads what annotationsOf has written.
func oddLabels(text string) map[string]string {
	odd := map[string]string{}
	if text == "" || json.Unmarshal([]byte(text), &odd) != nil { // the user may set the annotation to anything
		return map[string]string{}
	}
	return odd
}

// memberAnnotations adds what one service says about the Pod that it shares with others. The annotations of a Docker
// container are its own; a Pod has one value for each key: that of its main service, then that of the first by name.
func (b *pod) memberAnnotations(m *service) {
	own := m.labelAnnotations()
	odd := oddLabels(own[annotationLabels])
	delete(own, annotationLabels)
	m.withoutOthers(own, b.annotations)
	m.withoutOthers(odd, oddLabels(b.annotations[annotationLabels]))
	if len(odd) > 0 {
		own[annotationLabels] = compactJSON(odd)
	}
	addAnnotations(b.annotations, own)
}

// withoutOthers takes out of a service's labels, and reports, those for which the Pod has another value already.
func (s *service) withoutOthers(own, pods map[string]string) {
	for _, key := range sortedKeys(own) {
		if have, taken := pods[key]; !taken || have == own[key] {
			continue
		}
		at := s.key("labels", key)
		if _, annotation := s.config.Annotations[key]; annotation {
			at = s.key("annotations", key)
		}
		s.reportf("pod-level", at, "give the services the same value, or Pods of their own", "the Pod keeps another value for %s, which a service that shares it has", key)
		delete(own, key)
	}
}

// annotationsOf returns labels as annotations. Keys that Kubernetes refuses go into one annotation together.
func (s *service) annotationsOf(at diag.Path, labels map[string]string) map[string]string {
	out, odd := map[string]string{}, map[string]string{}
	for _, key := range sortedKeys(labels) {
		switch {
		case strings.HasPrefix(key, "kompose.") || strings.HasPrefix(key, "com.docker.compose.") || key == extension.KindLabel:
			// read by the converter, and set by docker compose
		case len(validation.IsQualifiedName(strings.ToLower(key))) == 0 && !strings.HasPrefix(key, ownPrefix):
			out[key] = labels[key]
		default:
			odd[key] = labels[key]
		}
	}
	if len(odd) > 0 {
		out[annotationLabels] = compactJSON(odd)
		s.reportf("label-annotation", at, "", "the annotation %s holds, as JSON, what cannot be the name of an annotation: %s",
			annotationLabels, strings.Join(sortedKeys(odd), ", "))
	}
	return out
}

// labelController is a program that acts upon labels of Docker containers.
type labelController struct {
	prefixes []string
	program  string
	instead  string
}

// labelControllers lists programs that watch the Docker API for labels, and what does their work in a cluster.
var labelControllers = []labelController{
	{[]string{"traefik."}, "Traefik's Docker provider", "publish the service with --publish=ingress or gateway, or write an IngressRoute"},
	{[]string{"caddy", "caddy_"}, "caddy-docker-proxy", "publish the service with --publish=ingress or gateway"},
	{[]string{"ofelia."}, "Ofelia", "write a CronJob: a service with x-kubernetes: {kind: CronJob, schedule: …}"},
	{[]string{"chadburn."}, "Chadburn", "write a CronJob: a service with x-kubernetes: {kind: CronJob, schedule: …}"},
	{[]string{"swarm.cronjob."}, "swarm-cronjob", "write a CronJob: x-kubernetes: {kind: CronJob, schedule: …}"},
	{[]string{"com.centurylinklabs.watchtower."}, "Watchtower", "update images through your deployment, with Renovate, Keel or Flux image automation"},
	{[]string{"autoheal", "autoheal."}, "autoheal", "x-kubernetes: {liveness: true} restarts the container when its healthcheck fails"},
	{[]string{"deunhealth."}, "deunhealth", "x-kubernetes: {liveness: true} restarts the container when its healthcheck fails"},
	{[]string{"diun."}, "Diun", "turn on Diun's Kubernetes provider, which reads the same keys as annotations"},
	{[]string{"wud."}, "WUD", "watch images with Renovate or Diun"},
	{[]string{"homepage."}, "Homepage", "turn on Homepage's Kubernetes discovery: annotations gethomepage.dev/…"},
	{[]string{"glance."}, "Glance", "list the service in Glance's configuration"},
	{[]string{"docker-volume-backup."}, "docker-volume-backup", "back up claims with VolumeSnapshots or Velero"},
	{[]string{"com.datadoghq.ad."}, "the Datadog agent", "use the annotations ad.datadoghq.com/<container>.…"},
	{[]string{"co.elastic.logs/"}, "Filebeat's Docker autodiscovery", "turn on its Kubernetes autodiscovery, which reads the same keys as annotations"},
	{[]string{"prometheus.", "prometheus-"}, "a Prometheus discovery of containers", "write a PodMonitor, or annotations that your Prometheus scrapes by"},
	{[]string{"com.github.nginx-proxy.", "com.github.jrcs.letsencrypt_nginx_proxy_companion."}, "nginx-proxy", "publish the service with --publish=ingress or gateway"},
	{[]string{"sablier."}, "Sablier", "use Sablier's Kubernetes provider"},
	{[]string{"tsdproxy."}, "TSDProxy", "use the Tailscale Kubernetes operator"},
}

func (c labelController) reads(key string) bool {
	for _, prefix := range c.prefixes {
		if key == prefix || strings.HasSuffix(prefix, ".") && strings.HasPrefix(key, prefix) ||
			strings.HasSuffix(prefix, "_") && strings.HasPrefix(key, prefix) || strings.HasSuffix(prefix, "/") && strings.HasPrefix(key, prefix) ||
			prefix == "caddy" && strings.HasPrefix(key, "caddy.") {
			return true
		}
	}
	return false
}

// reportControllers reports labels that make a program act on Docker: as annotations they do nothing by themselves.
func (s *service) reportControllers(at diag.Path, labels map[string]string) {
	for _, c := range labelControllers {
		for _, key := range sortedKeys(labels) {
			if c.reads(key) && labels[key] != "false" {
				s.reportf("label-controller", at.Key(key), c.instead, "the labels for %s become annotations, which it does not read", c.program)
				break
			}
		}
	}
}
