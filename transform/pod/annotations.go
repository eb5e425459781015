package pod

import (
	"maps"
	"slices"
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/annotations"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// labelAnnotations returns the Pod annotations that carry the service's labels and annotations.
//
// Docker's labels are free text for whoever reads them. Kubernetes' labels select: their values are short and
// restricted, and a change of them changes what belongs to a workload. Annotations are what Docker's labels are.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#labels,
// https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/
func labelAnnotations(asked proxies.Routes, s *input.Service, findings *report.Findings) map[string]string {
	reportControllers(asked, s, s.Key("labels"), s.Config.Labels, findings)
	reportVirtualHosts(asked, s, findings)
	set := maps.Clone(s.Config.Labels)
	maps.DeleteFunc(set, func(key, _ string) bool { return proxies.IsPassword(key) }) // nobody reads them, and a hash invites guesses
	out := annotations.Of(s.Key("labels"), set, findings)
	annotations.Add(out, annotations.Of(s.Key("annotations"), s.Config.Annotations, findings))
	for _, key := range sorted.Keys(s.Config.Annotations) {
		if strings.HasPrefix(key, "run.oci.") {
			findings.Addf("annotation-runtime", s.Key("annotations", key), "configure the container runtime of the nodes to pass it on",
				"%s is an annotation of the Pod; container runtimes read only those they are configured to", key)
		}
	}
	size := 0
	for key, value := range out {
		size += len(key) + len(value)
	}
	if size > maxAnnotations {
		findings.Addf("object-too-large", s.Key("labels"), "mount what is long as a config",
			"the labels and annotations have %d KiB; the API server refuses annotations of more than 256", size>>10)
	}
	return out
}

// maxAnnotations is what all annotations of an object may have together. Docker has no limit.
// Source: TotalAnnotationSizeLimitB of k8s.io/apimachinery/pkg/api/validation.
const maxAnnotations = 256 << 10

// podAnnotations returns the annotations of a Pod.
func podAnnotations(b *workload.Pod, asked proxies.Routes, findings *report.Findings) map[string]string {
	set := map[string]string{}
	for _, s := range b.Members {
		for _, hook := range s.Containers()[1:] {
			annotations.Add(set, hookAnnotations(hook, findings))
		}
	}
	for _, s := range b.Members {
		annotations.Add(set, memberAnnotations(asked, s, set, findings))
		maps.Copy(set, s.Ext.PodAnnotations)
	}
	return set
}

// memberAnnotations returns what one service adds to the annotations of the Pod that it shares with others. The annotations of a Docker
// container are its own; a Pod has one value for each key: that of its main service, then that of the first by name.
func memberAnnotations(asked proxies.Routes, m *input.Service, set map[string]string, findings *report.Findings) map[string]string {
	own := labelAnnotations(asked, m, findings)
	odd := annotations.Odd(own[labels.Odd])
	delete(own, labels.Odd)
	withoutOthers(m, own, set, findings)
	withoutOthers(m, odd, annotations.Odd(set[labels.Odd]), findings)
	if len(odd) > 0 {
		own[labels.Odd] = encode(odd)
	}
	return own
}

// withoutOthers takes out of a service's labels, and reports, those for which the Pod has another value already.
func withoutOthers(s *input.Service, own, pods map[string]string, findings *report.Findings) {
	for _, key := range sorted.Keys(own) {
		if have, taken := pods[key]; !taken || have == own[key] {
			continue
		}
		at := s.Key("labels", key)
		if _, annotation := s.Config.Annotations[key]; annotation {
			at = s.Key("annotations", key)
		}
		findings.Addf("pod-level", at, "give the services the same value, or Pods of their own", "the Pod keeps another value for %s, which a service that shares it has", key)
		delete(own, key)
	}
}

// proxied says what is lost of the labels for a proxy: first what keeps callers out. It returns "" where nothing is.
func proxied(asked proxies.Routes, s *input.Service, program, what, instead string) (string, string) {
	var routes []proxies.Route
	var lost []string
	for _, r := range asked[s] {
		if strings.Contains(program, r.Proxy) {
			routes, lost = append(routes, r), append(lost, r.Lost...)
		}
	}
	slices.Sort(lost)
	lost = slices.Compact(lost)
	guards := proxies.GuardsOf(routes)
	isForRoutes := strings.Contains(instead, "--publish")
	isStream := len(routes) > 0 && !slices.ContainsFunc(routes, func(r proxies.Route) bool { return !r.IsStream() })
	switch {
	case isForRoutes && s.PublishWishes().Type == string(input.PublishNone): // who says so knows that nobody reaches it from outside
		return "", ""
	case s.IsPublishedByRoutes() && len(routes) > 0:
		guards = proxies.Unannotated(s, guards)
		if !proxies.HaveRoutes(s, routes) || len(lost)+len(guards) == 0 { // that there is no route is said of each
			return "", ""
		}
		what, instead = "of what "+s.Name+" says to "+program+" only host, path and port have an effect", "say the rest in x-kubernetes.publish.annotations, for the controller of the cluster"
	case s.IsPublishedByRoutes() && isForRoutes: // which is in force
		instead = "say in x-kubernetes.publish: {host: …, path: …} where the outside reaches it"
	case isStream && s.PublishType != input.PublishNone && len(guards) == 0: // by an address of its own
		return "", ""
	case isStream && s.PublishType != input.PublishNone:
		instead = "let a policy of the cluster decide who may connect"
	case isStream:
		instead = "publish the service with x-kubernetes: {publish: loadbalancer}, or write an IngressRouteTCP"
	}
	if len(lost) > 0 {
		what += "; lost with them: " + strings.Join(lost, ", ")
	}
	if len(guards) > 0 {
		what += "; " + s.Name + " is no longer guarded by " + strings.Join(guards, ", ")
	}
	return what, instead
}

// labelController is a program that acts upon labels of Docker containers.
type labelController struct {
	prefixes []string
	program  string
	instead  string
}

// labelControllers lists programs that watch the Docker API for labels, and what does their work in a cluster.
var labelControllers = []labelController{
	{[]string{"traefik."}, proxies.Traefik, "publish the service with --publish=ingress or gateway, or write an IngressRoute"},
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
func reportControllers(asked proxies.Routes, s *input.Service, at diag.Path, labels map[string]string, findings *report.Findings) {
	for _, c := range labelControllers {
		if c.program == proxies.Traefik && labels["traefik.enable"] == "false" {
			continue
		}
		for _, key := range sorted.Keys(labels) {
			if c.reads(key) && labels[key] != "false" {
				what, instead := "the labels for "+c.program+" become annotations, which it does not read", c.instead
				if what, instead = proxied(asked, s, c.program, what, instead); what != "" {
					findings.Add("label-controller", at.Key(key), what, instead)
				}
				break
			}
		}
	}
}

// reportVirtualHosts reports variables that make nginx-proxy route on Docker.
func reportVirtualHosts(asked proxies.Routes, s *input.Service, findings *report.Findings) {
	const nginxProxy = "nginx-proxy"
	for _, r := range asked[s] {
		if r.Proxy != nginxProxy {
			continue
		}
		if what, instead := proxied(asked, s, nginxProxy, "VIRTUAL_HOST speaks to nginx-proxy, which reads containers and not Pods", "publish the service with --publish=ingress or gateway"); what != "" {
			findings.Add("label-controller", r.At, what, instead)
		}
	}
}
