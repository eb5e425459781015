package chart

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/transship/transship/convert/manifest"
)

// service makes values of a Service: that of the service's name, and the one that publishes its ports.
func (b *builder) service(t *templateOf, o *corev1.Service, main *service) {
	o.Spec.Selector = b.selector(t.slots, "spec.selector", o.Spec.Selector)
	switch o.Name {
	case main.dns:
		v, key := main.values.in("service"), ".Values."+main.key+".service."
		if o.Spec.ClusterIP == "" && o.Spec.Type != corev1.ServiceTypeExternalName {
			serviceType(t, v, key, o)
		}
		if b.promoted[main.key+".service.ports"] {
			setBlock(v, "ports", list, o.Spec.Ports, len(o.Spec.Ports) == 0)
			t.slots["spec.ports"] = manifest.Slot{Block: key + "ports"}
		}
		v.set("annotations", textMap, map[string]string{})
		b.metadata(t, key+"annotations")
	case main.dns + "-published":
		v, key := main.values.in("published"), ".Values."+main.key+".published."
		t.guard = and(t.guard, key+"enabled")
		v.set("enabled", boolean, true)
		serviceType(t, v, key, o)
		v.set("annotations", textMap, map[string]string{})
		optional := func(path, name, value string) {
			v.set(name, text, value)
			t.slots[path] = manifest.Slot{Lines: []string{"{{- with " + key + name + " }}", name + ": {{ . }}", "{{- end }}"}}
		}
		optional("spec.loadBalancerIP", "loadBalancerIP", o.Spec.LoadBalancerIP)
		optional("spec.externalTrafficPolicy", "externalTrafficPolicy", string(o.Spec.ExternalTrafficPolicy))
		if ranges := o.Spec.LoadBalancerSourceRanges; len(ranges) > 0 {
			setBlock(v, "loadBalancerSourceRanges", list, ranges, false)
			t.slots["spec.loadBalancerSourceRanges"] = manifest.Slot{Block: key + "loadBalancerSourceRanges"}
		}
		if len(o.Spec.Ports) == 1 {
			port := o.Spec.Ports[0]
			if v.set("nodePort", number, nil); port.NodePort != 0 {
				v.set("nodePort", number, port.NodePort)
			}
			t.slots["spec.ports["+portItem(port)+"].nodePort"] = manifest.Slot{Lines: []string{"{{- with " + key + "nodePort }}", "nodePort: {{ . }}", "{{- end }}"}}
		}
		if len(o.Spec.Ports) > 1 {
			b.nodePorts(t, o, v, key)
		}
		b.metadata(t, key+"annotations")
	}
}

// serviceType makes a value of the type. The conversion does not write the one that Kubernetes takes anyway.
func serviceType(t *templateOf, v *values, key string, o *corev1.Service) {
	kind := cmp.Or(o.Spec.Type, corev1.ServiceTypeClusterIP)
	v.set("type", serviceKind, string(kind))
	t.slots["spec.type"] = manifest.Slot{Expr: action(key + "type")}
	if o.Spec.Type == "" {
		t.slots["spec.type"] = manifest.Slot{Lines: []string{"{{- if ne " + key + "type \"ClusterIP\" }}", "type: {{ " + key + "type }}", "{{- end }}"}}
	}
}

// nodePorts makes a mapping of the ports on every node, by the names of the ports.
func (b *builder) nodePorts(t *templateOf, o *corev1.Service, v *values, key string) {
	fixed, known := map[string]int32{}, make([]string, 0, len(o.Spec.Ports))
	for _, port := range o.Spec.Ports {
		known = append(known, port.Name)
		if port.NodePort != 0 {
			fixed[port.Name] = port.NodePort
		}
		t.slots["spec.ports["+portItem(port)+"].nodePort"] = manifest.Slot{Lines: []string{
			"{{- with get (" + key + "nodePorts | default dict) " + strconv.Quote(port.Name) + " }}", "nodePort: {{ . }}", "{{- end }}",
		}}
	}
	v.set("nodePorts", free, fixed).says("Ports on every node, by the names of the ports: " + strings.Join(known, ", ") + ".")
}

func portItem(p corev1.ServicePort) string {
	if p.Name == "" {
		return "0"
	}
	return p.Name
}

// ingress makes values of the hosts and paths, where they have the form that values can have: one Service, ports by number.
func (b *builder) ingress(t *templateOf, o *networkingv1.Ingress, main *service) {
	name := "ingress" + main.rest(t.meta.GetName())
	v, key := main.values.in(name), ".Values."+main.key+"."+name+"."
	t.guard = and(t.guard, key+"enabled")
	v.set("enabled", boolean, true)
	class := ""
	if o.Spec.IngressClassName != nil {
		class = *o.Spec.IngressClassName
	}
	v.set("className", text, class)
	t.slots["spec.ingressClassName"] = manifest.Slot{Lines: []string{"{{- with " + key + "className }}", "ingressClassName: {{ . }}", "{{- end }}"}}
	v.set("annotations", textMap, map[string]string{})
	if hosts, backend, ok := hostsOf(o); ok {
		v.set("hosts", ingressHosts, hosts)
		t.slots["spec.rules"] = manifest.Slot{Lines: ingressRules(key, backend, firstPort(hosts))}
	}
	setBlock(v, "tls", list, o.Spec.TLS, len(o.Spec.TLS) == 0).says("As in an Ingress: secretName and hosts.")
	t.slots["spec.tls"] = manifest.Slot{Block: key + "tls"}
	b.metadata(t, key+"annotations")
}

// ingressRules returns the rules of hosts that a user may have written as for any chart: without ports.
func ingressRules(key, backend string, port int32) []string {
	return []string{
		"rules:", "{{- range " + key + "hosts }}", "- http:", "    paths:", "    {{- range .paths | default (list (dict \"path\" \"/\")) }}",
		"    - path: {{ .path | quote }}", "      pathType: {{ .pathType | default \"Prefix\" }}", "      backend:", "        service:", "          name: " + backend,
		"          port:", fmt.Sprintf("            number: {{ .port | default %d }}", port), "    {{- end }}",
		"  {{- with .host }}", "  host: {{ . | quote }}", "  {{- end }}", "{{- end }}",
	}
}

type ingressHost struct {
	Host  string        `json:"host"`
	Paths []ingressPath `json:"paths"`
}

type ingressPath struct {
	Path     string `json:"path"`
	PathType string `json:"pathType"`
	Port     int32  `json:"port"`
}

func firstPort(hosts []ingressHost) int32 {
	for _, h := range hosts {
		for _, p := range h.Paths {
			return p.Port
		}
	}
	return 0
}

// hostsOf returns the rules of an Ingress in the form of the values, and the Service they lead to.
func hostsOf(o *networkingv1.Ingress) (hosts []ingressHost, backend string, ok bool) {
	for _, rule := range o.Spec.Rules {
		if rule.HTTP == nil {
			return nil, "", false
		}
		host := ingressHost{Host: rule.Host}
		for _, p := range rule.HTTP.Paths {
			s := p.Backend.Service
			if s == nil || s.Port.Number == 0 || p.PathType == nil || p.Path == "" || backend != "" && backend != s.Name {
				return nil, "", false
			}
			backend = s.Name
			host.Paths = append(host.Paths, ingressPath{p.Path, string(*p.PathType), s.Port.Number})
		}
		hosts = append(hosts, host)
	}
	return hosts, backend, backend != ""
}

// route makes values of what a cluster's operator decides about an HTTPRoute.
func (b *builder) route(t *templateOf, main *service) {
	name := "route" + main.rest(t.meta.GetName())
	v, key := main.values.in(name), ".Values."+main.key+"."+name+"."
	t.guard = and(t.guard, key+"enabled")
	v.set("enabled", boolean, true)
	var route struct{ Spec map[string]any }
	if text, err := b.encoder.EncodeJSON(t.object); err == nil {
		_ = json.Unmarshal(text, &route) // what was just written can be read
	}
	for _, field := range []string{"parentRefs", "hostnames"} {
		value := route.Spec[field]
		setBlock(v, field, list, value, value == nil || reflect.ValueOf(value).Len() == 0)
		t.slots["spec."+field] = manifest.Slot{Block: key + field}
	}
}

// rest returns what the name of an object has beyond that of its service, as the end of a key: nothing for the object that has the
// service's own name.
func (s *service) rest(name string) string {
	rest := strings.Trim(strings.TrimPrefix(name, s.dns), "-")
	if rest == "" {
		return ""
	}
	key := camel("x-" + rest)
	return key[1:]
}
