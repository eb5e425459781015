package chart

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/names"
)

// builder makes the files of a chart of one set of objects. Values and templates come from one pass: a slot is set together with the value it shows.
type builder struct {
	name       string // of the chart
	project    string // of the Compose project
	instance   string // the label value that becomes the name of the release
	namespace  string // of all objects, where the project names one
	appVersion string
	mark       string
	stub       bool // secrets have no values yet
	promoted   promotions
	off        map[string]bool // Compose services that are disabled by default

	encoder  *manifest.Encoder
	objects  []runtime.Object
	services map[string]*service // by Compose name
	byLabel  map[string]string   // DNS name to Compose name
	configs  map[string]*content // ConfigMaps by name
	secrets  map[string]*content
	claims   map[string]*claim
	jobs     map[string]bool // names of Jobs

	published map[string]bool // Compose services with published ports

	root         *values
	secretValues *values // local values of secrets
	findings     diag.List
	helpers      []string // definitions of Jobs
	files        []filetree.File
	taken        map[string]bool
}

// service is a Compose service with a block of values.
type service struct {
	name, key, dns string
	values         *values
	hasPods        bool // it is the main service of a workload
	urls           []string
}

func newBuilder(o Options, result *convert.Result, objects []runtime.Object) *builder {
	b := &builder{
		project: result.Project, instance: names.Normalize(result.Project, names.MaxLabel), mark: markText(result.Project),
		appVersion: o.AppVersion, stub: o.SecretsAreStubs, off: map[string]bool{},
		encoder: manifest.NewEncoder(), objects: objects,
		services: map[string]*service{}, byLabel: map[string]string{},
		configs: map[string]*content{}, secrets: map[string]*content{}, claims: map[string]*claim{}, jobs: map[string]bool{},
		root: &values{}, secretValues: &values{}, taken: map[string]bool{},
	}
	b.name = b.instance
	return b
}

// findServices gives every Compose service that has a container a block of values.
func (b *builder) findServices() {
	containers := map[string]map[string]bool{} // Compose name: names of containers of its Pods
	main := map[string]bool{}
	for _, o := range b.objects {
		spec := podSpecOf(o)
		meta, ok := o.(metav1.Object)
		if !ok {
			continue
		}
		if meta.GetNamespace() != "" {
			b.namespace = meta.GetNamespace()
		}
		if spec == nil {
			continue
		}
		all := owners(o, nil)
		for i, name := range all {
			main[name] = main[name] || i == 0
			if containers[name] == nil {
				containers[name] = map[string]bool{}
			}
			for _, c := range slices.Concat(spec.InitContainers, spec.Containers) {
				if len(all) == 1 && len(spec.Containers) == 1 && c.Name == spec.Containers[0].Name || c.Name == names.Normalize(name, names.MaxLabel) || c.Name == name {
					containers[name][c.Name] = true
				}
			}
		}
	}
	keys := map[string]bool{}
	for _, name := range sortedKeys(containers) {
		found := sortedKeys(containers[name])
		if len(found) == 0 {
			if !main[name] {
				continue // inlined: its container is an init container of another service
			}
			found = []string{names.Normalize(name, names.MaxLabel)}
		}
		s := &service{name: name, dns: found[0], hasPods: main[name]}
		s.key = b.claimKey(name, keys)
		b.services[name] = s
		b.byLabel[s.dns] = name
	}
}

// reserved are the keys of values.yaml that are no service's.
var reserved = []string{
	"global", "commonLabels", "commonAnnotations", "wait", "networkPolicy", "persistence", "secrets", "configs", "extraObjects",
	"tags", "enabled", "nameOverride", "fullnameOverride",
}

// claimKey returns the key of a service's values: its name in lower camel case.
func (b *builder) claimKey(name string, taken map[string]bool) string {
	wish := camel(name)
	if slices.Contains(reserved, wish) {
		wish += "Service"
	}
	key := wish
	for i := 2; taken[key]; i++ {
		key = wish + strconv.Itoa(i)
	}
	if taken[wish] {
		b.findings.Add(diag.Finding{
			Severity: diag.Info, Code: "helm-key-renamed", Path: diag.At("services", name),
			Message: fmt.Sprintf("the values of %s are below %s: another service has the key %s", name, key, wish),
		})
	}
	taken[key] = true
	return key
}

// camel returns a name as a key that a template can name: letters and digits, the first one a letter.
func camel(name string) string {
	var out strings.Builder
	upper := false
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = out.Len() > 0
			continue
		case out.Len() == 0 && unicode.IsDigit(r):
			out.WriteByte('n')
		case upper:
			r = unicode.ToUpper(r)
		case out.Len() == 0:
			r = unicode.ToLower(r)
		}
		upper = false
		out.WriteRune(r)
	}
	if out.Len() == 0 {
		return "x"
	}
	return out.String()
}

// enabledBy returns the condition under which an object of these services is there; nothing where it always is.
func (b *builder) enabledBy(composeNames []string) string {
	var conditions []string
	for _, name := range composeNames {
		if s := b.services[name]; s != nil {
			conditions = append(conditions, ".Values."+s.key+".enabled")
		}
	}
	slices.Sort(conditions)
	return or(slices.Compact(conditions)...)
}

func or(conditions ...string) string { return joined("or", conditions) }

// and joins conditions, leaving out empty ones.
func and(conditions ...string) string { return joined("and", conditions) }

func joined(operator string, conditions []string) string {
	conditions = slices.DeleteFunc(slices.Clone(conditions), func(c string) bool { return c == "" })
	switch len(conditions) {
	case 0:
		return ""
	case 1:
		return conditions[0]
	}
	for i, c := range conditions {
		if strings.Contains(c, " ") {
			conditions[i] = "(" + c + ")"
		}
	}
	return operator + " " + strings.Join(conditions, " ")
}

func action(text string) string { return "{{ " + text + " }}" }

// helper returns the call of a named template of the chart.
func (b *builder) helper(name, argument string) string {
	return fmt.Sprintf("include %q %s", b.name+"."+name, argument)
}

func podSpecOf(o runtime.Object) *corev1.PodSpec {
	if t := podTemplateOf(o); t != nil {
		return &t.Spec
	}
	if p, ok := o.(*corev1.Pod); ok {
		return &p.Spec
	}
	return nil
}

// composePath returns where a service or job stands in the project.
func composePath(result *convert.Result, name string) diag.Path {
	if result.Loaded != nil {
		if _, isJob := result.Loaded.Project.Jobs[name]; isJob {
			return diag.At("jobs", name)
		}
	}
	return diag.At("services", name)
}

// standardLabels are those that the chart's helpers write.
var standardLabels = []string{transform.LabelInstance, transform.LabelManagedBy, transform.LabelName, transform.LabelPartOf}

func (b *builder) findJobs() {
	for _, o := range b.objects {
		if job, ok := o.(*batchv1.Job); ok {
			b.jobs[job.Name] = true
		}
	}
}

func isWaiter(c corev1.Container) bool { _, _, ok := awaited(&c); return ok }

func (b *builder) publishedServices(result *convert.Result) {
	b.published = map[string]bool{}
	if result.Loaded == nil {
		return
	}
	for name, s := range result.Loaded.Project.Services {
		b.published[name] = len(s.Ports) > 0
	}
}
