package chart

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
	"github.com/transship/transship/transform/extension"
)

// builder makes the files of a chart of one set of objects. Values and templates come from one pass: a slot is set together with the value it shows.
type builder struct {
	name       string // of the chart
	project    string // of the Compose project
	instance   string // the label value that becomes the name of the release
	namespace  string // of all objects, where the project names one
	appVersion string
	mark       string
	mask       func(string) string // takes secrets out of what people read
	stub       bool                // secrets have no values yet
	about      extension.Chart
	promoted   promotions
	off        map[string]bool // Compose services that are disabled by default

	encoder  *manifest.Encoder
	objects  []runtime.Object
	origins  origins
	services map[string]*service // by Compose name
	byLabel  map[string]string   // DNS name to Compose name
	configs  map[string]*content // ConfigMaps by name
	secrets  map[string]*content
	claims   map[string]*claim
	jobs     map[string]bool // names of Jobs

	autoscaled    map[string]*autoscalingv2.HorizontalPodAutoscaler // by kind/name of what they resize
	waiterAccount string                                            // ServiceAccount that may ask for Jobs; "" for none

	published map[string]bool // Compose services with published ports

	root         *values
	secretValues *values // local values of secrets
	findings     diag.List
	helpers      []string // definitions of Jobs
	files        []filetree.File
	taken        map[string]bool
	mappings     map[reflect.Type]bool // whether values of a type may have mappings
}

// service is a Compose service with a block of values.
type service struct {
	name, key, dns string
	values         *values
	hasPods        bool // it is the main service of a workload
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

// standardLabels are those that the chart's helpers write.
var standardLabels = []string{transform.LabelInstance, transform.LabelManagedBy, transform.LabelName, transform.LabelPartOf}

// claim is a PersistentVolumeClaim.
type claim struct {
	object *corev1.PersistentVolumeClaim
	key    string
	users  []string
}

func (c *claim) value(name string) string { return ".Values.persistence." + c.key + "." + name }

// content is a ConfigMap or a Secret.
type content struct {
	name, key string
	isSecret  bool
	data      map[string][]byte
	singleKey string   // of a Secret with one key
	binary    bool     // values are written in base64
	env       *service // whose variables the Secret holds, and nothing else
	users     []string // Compose services
	variables []variable
	mounted   bool // by a volume, or as all variables at once
}

// existing returns the value that names an object to use instead.
func (c *content) existing() string {
	switch {
	case c.env != nil:
		return ".Values." + c.env.key + ".existingSecret"
	case c.isSecret:
		return ".Values.secrets." + c.key + ".existingSecret"
	default:
		return ".Values.configs." + c.key + ".existingConfigMap"
	}
}

// variable is an environment variable whose value is in a Secret.
type variable struct {
	container, name, key string
	repeated             bool // the container has a variable twice
}

// promotions are fields that are values because an overlay changes them: service and field. What no overlay changes stays a literal of the template,
// where it is read more easily.
type promotions map[string]bool
