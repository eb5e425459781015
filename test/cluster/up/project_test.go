package up_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/template"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

// patience bounds what a test waits for; it only matters when something is broken.
const patience = 5 * time.Minute

// service describes one service of a test project; the objects are what the converter makes of such a service.
type service struct {
	Name      string
	Project   string
	Kind      string // Deployment if empty
	Image     string
	Replicas  int
	Env       string            // value of one variable
	EnvFrom   string            // a YAML mapping for env.valueFrom
	Config    string            // content of a ConfigMap that is mounted
	Claim     string            // size of a claim that is mounted
	Pod       map[string]string // annotations of the Pod template
	DependsOn string            // JSON
	PodSpec   string            // more of the Pod's spec, one YAML line
	Published string            // JSON
	Command   string            // YAML list
	Spec      string            // more of the workload's spec, one YAML line
}

var objectsOfService = template.Must(template.New("").Parse(`
{{- define "meta" }}
  name: {{.Name}}
  labels: {app.kubernetes.io/name: {{.Name}}, app.kubernetes.io/instance: {{.Project}}, app.kubernetes.io/part-of: {{.Project}}, app.kubernetes.io/managed-by: transship}
{{- end }}
{{- define "annotations" }}
  annotations:
    transship/compose-service: {{.Name}}
    {{- if .DependsOn}}
    transship/depends-on: '{{.DependsOn}}'
    {{- end}}
    {{- if .Published}}
    transship/published: '{{.Published}}'
    {{- end}}
{{- end }}
{{- define "template" }}
    metadata:
      labels: {app.kubernetes.io/name: {{.Name}}, app.kubernetes.io/instance: {{.Project}}, app.kubernetes.io/part-of: {{.Project}}, app.kubernetes.io/managed-by: transship}
      annotations:
        transship/checksum-config: {{printf "%q" .Config}}
        {{- range $k, $v := .Pod}}
        {{$k}}: {{printf "%q" $v}}
        {{- end}}
    spec:
      {{.PodSpec}}
      {{- if eq .Kind "Job"}}
      restartPolicy: Never
      {{- end}}
      containers:
      - name: {{.Name}}
        image: {{.Image}}
        ports: [{containerPort: 80, name: http}]
        {{- if .Command}}
        command: {{.Command}}
        {{- else if ne .Kind "Job"}}
        readinessProbe: {tcpSocket: {port: http}}
        {{- end}}
        {{- if .Env}}
        env: [{name: VALUE, value: {{printf "%q" .Env}}}]
        {{- end}}
        {{- if .EnvFrom}}
        env: [{name: VALUE, valueFrom: {{.EnvFrom}}}]
        {{- end}}
        volumeMounts:
        {{- if .Config}}
        - {name: config, mountPath: /etc/config}
        {{- end}}
        {{- if .Claim}}
        - {name: data, mountPath: /data}
        {{- end}}
      volumes:
      {{- if .Config}}
      - {name: config, configMap: {name: {{.Name}}-config}}
      {{- end}}
      {{- if .Claim}}
      - {name: data, persistentVolumeClaim: {claimName: {{.Name}}-data}}
      {{- end}}
{{- end }}
{{- if .Config}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{.Name}}-config
  labels: {app.kubernetes.io/name: {{.Name}}-config, app.kubernetes.io/instance: {{.Project}}, app.kubernetes.io/managed-by: transship}
data: {file: {{printf "%q" .Config}}}
---
{{- end}}
{{- if .Claim}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{.Name}}-data
  labels: {app.kubernetes.io/name: {{.Name}}-data, app.kubernetes.io/instance: {{.Project}}, app.kubernetes.io/managed-by: transship}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: {{.Claim}}}}
---
{{- end}}
{{- if eq .Kind "Job"}}
apiVersion: batch/v1
kind: Job
metadata: {{- template "meta" .}}{{template "annotations" .}}
spec:
  backoffLimit: 0
  {{.Spec}}
  template: {{- template "template" .}}
{{- else}}
apiVersion: v1
kind: Service
metadata: {{- template "meta" .}}
  annotations: {transship/compose-service: {{.Name}}}
spec:
  selector: {app.kubernetes.io/name: {{.Name}}, app.kubernetes.io/instance: {{.Project}}}
  ports: [{name: http, port: 80}]
---
apiVersion: apps/v1
kind: {{.Kind}}
metadata: {{- template "meta" .}}{{template "annotations" .}}
spec:
  {{- if ne .Kind "DaemonSet"}}
  replicas: {{.Replicas}}
  {{- end}}
  {{- if eq .Kind "StatefulSet"}}
  serviceName: {{.Name}}
  {{- end}}
  {{.Spec}}
  selector: {matchLabels: {app.kubernetes.io/name: {{.Name}}, app.kubernetes.io/instance: {{.Project}}}}
  template: {{- template "template" .}}
{{- end}}
`))

// project returns the objects of some services of the project "shop".
func project(tb testing.TB, services ...service) []*unstructured.Unstructured {
	tb.Helper()
	var out []*unstructured.Unstructured
	for _, s := range services {
		if s.Project == "" {
			s.Project = "shop"
		}
		if s.Kind == "" {
			s.Kind = "Deployment"
		}
		if s.Image == "" {
			s.Image = "example"
		}
		if s.Replicas == 0 {
			s.Replicas = 1
		}
		var text bytes.Buffer
		if err := objectsOfService.Execute(&text, s); err != nil {
			tb.Fatal(err)
		}
		objects, err := harness.Objects(text.String())
		if err != nil {
			tb.Fatalf("%v in\n%s", err, text.String())
		}
		out = append(out, objects...)
	}
	return out
}

// bench is one test's namespace and client.
type bench struct {
	*testing.T
	cluster   *harness.Cluster
	client    *cluster.Client
	namespace string
}

func start(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	c := harness.Start(t, harness.Controllers)
	return &bench{T: t, cluster: c, client: connect(t, c.Kubeconfig), namespace: c.Namespace(t)}
}

func connect(tb testing.TB, kubeconfig string) *cluster.Client {
	tb.Helper()
	client, err := cluster.Connect(cluster.Access{Kubeconfig: kubeconfig})
	if err != nil {
		tb.Fatal(err)
	}
	return client
}

func (b *bench) options() cluster.UpOptions {
	return cluster.UpOptions{Project: "shop", Namespace: b.namespace, Wait: true, Timeout: patience}
}

// up brings a project up and expects that it becomes ready.
func (b *bench) up(objects []*unstructured.Unstructured, change ...func(*cluster.UpOptions)) *cluster.Plan {
	b.Helper()
	plan, events, err := b.try(objects, change...)
	if err != nil {
		b.Fatalf("up: %v\n%s", err, events)
	}
	return plan
}

func (b *bench) try(objects []*unstructured.Unstructured, change ...func(*cluster.UpOptions)) (*cluster.Plan, *record, error) {
	o := b.options()
	for _, c := range change {
		c(&o)
	}
	events := &record{}
	plan, err := b.client.Up(context.Background(), objects, o, events.add)
	return plan, events, err
}

// record keeps events.
type record struct {
	mu     sync.Mutex
	events []cluster.Event
}

func (r *record) add(e cluster.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, e)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out strings.Builder
	for _, e := range r.events {
		fmt.Fprintf(&out, "%s %+v\n", e.Type(), e)
	}
	return out.String()
}

// order returns the references of the events of one type, in order.
func (r *record) order(kind string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for _, e := range r.events {
		switch e := e.(type) {
		case cluster.Changed:
			if kind == "changed" {
				out = append(out, e.Ref.String())
			}
		case cluster.Ready:
			if kind == "ready" {
				out = append(out, e.Ref.String())
			}
		case cluster.Removed:
			if kind == "removed" {
				out = append(out, e.Ref.String())
			}
		case cluster.Warning:
			if kind == "warning" {
				out = append(out, e.Message)
			}
		}
	}
	return out
}

// actions renders what a plan does, without what it leaves alone.
func actions(p *cluster.Plan) []string {
	var out []string
	for _, s := range p.Steps {
		if s.Action != cluster.Unchanged {
			out = append(out, fmt.Sprintf("%s %s", s.Action, s.Ref))
		}
	}
	return out
}

var kinds = map[string]schema.GroupVersionResource{
	"deployment":  {Group: "apps", Version: "v1", Resource: "deployments"},
	"statefulset": {Group: "apps", Version: "v1", Resource: "statefulsets"},
	"job":         {Group: "batch", Version: "v1", Resource: "jobs"},
	"service":     {Version: "v1", Resource: "services"},
	"configmap":   {Version: "v1", Resource: "configmaps"},
	"claim":       {Version: "v1", Resource: "persistentvolumeclaims"},
	"pod":         {Version: "v1", Resource: "pods"},
}

// get returns an object, and nil if there is none.
func (b *bench) get(kind, name string) *unstructured.Unstructured {
	b.Helper()
	o, err := b.cluster.Dynamic.Resource(kinds[kind]).Namespace(b.namespace).Get(context.Background(), name, metav1.GetOptions{})
	if err != nil {
		return nil
	}
	return o
}

// versions returns the resource versions of everything in the namespace that a person would call a part of the
// project: spec and metadata, also of the inventory.
func (b *bench) versions() []string {
	b.Helper()
	var out []string
	for _, kind := range []string{"deployment", "statefulset", "job", "service", "configmap", "claim", "pod"} {
		list, err := b.cluster.Dynamic.Resource(kinds[kind]).Namespace(b.namespace).List(context.Background(), metav1.ListOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for i := range list.Items {
			o := &list.Items[i]
			if isEverywhere(o) {
				continue
			}
			out = append(out, fmt.Sprintf("%s/%s %s %s", kind, o.GetName(), o.GetUID(), o.GetResourceVersion()))
		}
	}
	slices.Sort(out)
	return out
}

// contents is like versions, without what controllers change by themselves.
func (b *bench) contents() []string {
	b.Helper()
	var out []string
	for _, kind := range []string{"deployment", "statefulset", "job", "service", "configmap", "claim"} {
		list, err := b.cluster.Dynamic.Resource(kinds[kind]).Namespace(b.namespace).List(context.Background(), metav1.ListOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for i := range list.Items {
			o := &list.Items[i]
			if isEverywhere(o) {
				continue
			}
			out = append(out, fmt.Sprint(kind, o.GetName(), o.GetUID(), o.GetLabels(), o.Object["spec"], o.Object["data"]))
		}
	}
	slices.Sort(out)
	return out
}

// isEverywhere reports whether an object is the ConfigMap that Kubernetes puts into each namespace, some time after it was made.
func isEverywhere(o *unstructured.Unstructured) bool {
	return o.GetKind() == "ConfigMap" && o.GetName() == "kube-root-ca.crt"
}

// generations returns the generation of each Deployment.
func (b *bench) generations() map[string]int64 {
	b.Helper()
	list, err := b.cluster.Dynamic.Resource(kinds["deployment"]).Namespace(b.namespace).List(context.Background(), metav1.ListOptions{})
	if err != nil {
		b.Fatal(err)
	}
	out := map[string]int64{}
	for i := range list.Items {
		out[list.Items[i].GetName()] = list.Items[i].GetGeneration()
	}
	return out
}
