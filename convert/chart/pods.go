package chart

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
)

// pod is the Pod of a workload on its way to a template.
type pod struct {
	*builder
	slots manifest.Slots
	path  string // of the spec
	spec  *corev1.PodSpec
	main  *service
	waits map[string]transform.Waiter // the init containers that wait, by name
	ends  bool                        // the Pod is one of a Job
}

func (p *pod) at(field string) string { return p.path + "." + field }

// podMetadata sets the slots of the labels and annotations of a Pod template, whose metadata has the given path.
func (b *builder) podMetadata(t *templateOf, path string, meta *metav1.ObjectMeta, main *service) {
	var labels, annotations []string
	if main != nil {
		main.values.set("podLabels", textMap, taken(meta.Labels))
		main.values.set("podAnnotations", textMap, taken(meta.Annotations))
		labels, annotations = with(".Values."+main.key+".podLabels"), with(".Values."+main.key+".podAnnotations")
	}
	b.labels(t.slots, path+".labels", meta.Labels, "podLabels", labels)
	for key := range meta.Annotations {
		name, ok := strings.CutPrefix(key, transform.AnnotationChecksum)
		if slot, known := b.checksum(name); ok && known {
			t.slots[path+".annotations."+key] = slot
		}
	}
	switch {
	case main == nil:
	case len(meta.Annotations) > 0:
		t.slots[path+".annotations"] = manifest.Slot{After: annotations}
	default:
		t.slots[path+".annotations"] = manifest.Slot{Block: ".Values." + main.key + ".podAnnotations"}
	}
}

// taken removes from labels or annotations what the user chose, which become values, and returns it.
func taken(all map[string]string) map[string]string {
	chosen := map[string]string{}
	for key, value := range all {
		if !strings.Contains(key, "transship/") && !slices.Contains(standardLabels, key) {
			chosen[key] = value
			delete(all, key)
		}
	}
	return chosen
}

// pod sets the slots of a Pod spec.
func (b *builder) pod(t *templateOf, path string, spec *corev1.PodSpec, main *service) {
	p := &pod{builder: b, slots: t.slots, path: path, spec: spec, main: main, waits: b.origins.waits(t.source), ends: isJob(t.object)}
	p.pullSecrets()
	p.account()
	if main != nil {
		p.placement()
	}
	p.initContainers()
	for i := range spec.Containers {
		p.container("containers", &spec.Containers[i])
	}
	for i := range spec.Volumes {
		p.volume(&spec.Volumes[i])
	}
	p.extraVolumes()
}

func (p *pod) pullSecrets() {
	start, items := "{{- with "+p.helper("pullSecrets", "$")+" }}", "{{- . | nindent %N }}"
	slot := manifest.Slot{After: []string{start, items, "{{- end }}"}}
	if len(p.spec.ImagePullSecrets) == 0 {
		slot = manifest.Slot{Lines: []string{start, "imagePullSecrets:", items, "{{- end }}"}}
	}
	p.slots[p.at("imagePullSecrets")] = slot
}

// account lets the Pod have a ServiceAccount of the user's, unless the conversion needs one of its own.
func (p *pod) account() {
	name := p.spec.ServiceAccountName
	if p.main == nil || name != "" && name != p.waiterAccount {
		return
	}
	v := p.main.values.in("serviceAccount")
	v.set("create", boolean, false)
	v.set("automount", boolean, false)
	v.set("name", text, "")
	v.set("annotations", textMap, map[string]string{})
	call := p.accountOf(p.main)
	if name != "" { // what waits for Jobs has to be allowed to ask for them
		call += " | default (ternary " + strconv.Quote(name) + " \"\" .Values.wait.enabled)"
	}
	p.slots[p.at("serviceAccountName")] = manifest.Slot{Lines: []string{"{{- with " + call + " }}", "serviceAccountName: {{ . | quote }}", "{{- end }}"}}
	p.slots[p.at("automountServiceAccountToken")] = manifest.Slot{Expr: action(".Values." + p.main.key + ".serviceAccount.automount")}
}

// accountOf returns the call that gives the name of the ServiceAccount that the values name for a service.
func (b *builder) accountOf(s *service) string {
	return b.helper("serviceAccountName", "(dict \"name\" "+strconv.Quote(s.dns)+" \"account\" .Values."+s.key+".serviceAccount)")
}

// extraVolumes adds volumes of the user's.
func (p *pod) extraVolumes() {
	if p.main == nil {
		return
	}
	p.main.values.set("extraVolumes", list, []string{})
	p.slots[p.at("volumes")] = further(".Values."+p.main.key+".extraVolumes", len(p.spec.Volumes) > 0)
}

// placement makes values of what a cluster's operator sets for all containers of a Pod.
func (p *pod) placement() {
	v, key := p.main.values, ".Values."+p.main.key+"."
	p.block(v, "podSecurityContext", "securityContext", free, p.spec.SecurityContext, p.spec.SecurityContext == nil)
	p.block(v, "nodeSelector", "nodeSelector", free, p.spec.NodeSelector, len(p.spec.NodeSelector) == 0)
	p.block(v, "tolerations", "tolerations", list, p.spec.Tolerations, len(p.spec.Tolerations) == 0)
	p.block(v, "affinity", "affinity", free, p.spec.Affinity, p.spec.Affinity == nil)
	p.block(v, "topologySpreadConstraints", "topologySpreadConstraints", list, p.spec.TopologySpreadConstraints, len(p.spec.TopologySpreadConstraints) == 0)
	v.set("priorityClassName", text, p.spec.PriorityClassName)
	p.slots[p.at("priorityClassName")] = manifest.Slot{Lines: []string{"{{- with " + key + "priorityClassName }}", "priorityClassName: {{ . }}", "{{- end }}"}}
	p.promotePod()
}

// block makes a value of a field. What selects Pods by the name of the release stays in the template, for when the value is empty.
func (p *pod) block(v *values, name, field string, k kind, value any, empty bool) {
	slot := manifest.Slot{Block: ".Values." + p.main.key + "." + name}
	if !empty && p.refersToInstance(value) {
		slot.Keep, empty = true, true
	}
	p.slots[p.at(field)] = slot
	setBlock(v, name, k, value, empty)
}

// setBlock adds a value that may be empty.
func setBlock(v *values, name string, k kind, value any, empty bool) *values {
	switch {
	case !empty:
		return v.set(name, k, value)
	case k == list:
		return v.set(name, k, []string{})
	default:
		return v.set(name, k, map[string]string{})
	}
}

// initContainers sets the slots of the init containers. Those that wait for a service are left out together with it.
func (p *pod) initContainers() {
	var guards []string
	for i := range p.spec.InitContainers {
		c := &p.spec.InitContainers[i]
		guard, waits := p.waiter(c)
		if !waits {
			p.container("initContainers", c)
			guards = append(guards, "")
			continue
		}
		guards = append(guards, guard)
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(guards)))
	switch {
	case len(guards) == 0 || slices.Contains(guards, ""): // an unguarded one keeps the list from being empty
	case len(distinct) == 1:
		p.slots[p.at("initContainers")] = manifest.Slot{Guard: distinct[0]}
		return
	default:
		p.slots[p.at("initContainers")] = manifest.Slot{Guard: or(distinct...)}
	}
	for i, guard := range guards {
		if guard != "" {
			p.slots[p.at("initContainers["+p.spec.InitContainers[i].Name+"]")] = manifest.Slot{Guard: guard}
		}
	}
}

// waiter sets the slots of a container that waits, and returns the condition under which it is there.
func (p *pod) waiter(c *corev1.Container) (guard string, ok bool) {
	waits, ok := p.waits[c.Name]
	if !ok {
		return "", false
	}
	wait := p.root.in("wait")
	wait.set("enabled", boolean, true)
	key := "image"
	if waits.Job != "" {
		key = "jobImage"
	}
	image := partsOf(c.Image)
	image.values(wait.in(key), string(c.ImagePullPolicy), "")
	at := p.at("initContainers[" + c.Name + "]")
	p.slots[at+".image"] = manifest.Slot{Expr: action(p.helper("image", "(dict \"root\" $ \"image\" .Values.wait."+key+")"))}
	p.slots[at+".imagePullPolicy"] = manifest.Slot{Expr: action(".Values.wait." + key + ".pullPolicy")}
	if argument := slices.Index(c.Command, "job/"+waits.Job); argument >= 0 && p.jobs[waits.Job] {
		p.slots[at+".command["+strconv.Itoa(argument)+"]"] = manifest.Slot{Expr: "job/" + action(p.helper(waits.Job+".name", "$"))}
	}
	return and(".Values.wait.enabled", p.enabledBy([]string{waits.Service})), true
}
