package manifest

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"
	"sigs.k8s.io/yaml"
)

func TestDeploymentReadsAsWrittenByHand(t *testing.T) {
	t.Parallel()
	got, err := NewEncoder().Encode(handWritten())
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != handWrittenYAML {
		t.Errorf("got:\n%s\nwant:\n%s", got, handWrittenYAML)
	}
}

func handWritten() *appsv1.Deployment {
	replicas := int32(2)
	return &appsv1.Deployment{
		TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"},
		ObjectMeta: metav1.ObjectMeta{
			Name: "web", Namespace: "shop",
			Labels:      map[string]string{"app.kubernetes.io/name": "web", "app.kubernetes.io/instance": "shop"},
			Annotations: map[string]string{},
		},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": "web"}},
			Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
				Volumes: []corev1.Volume{{Name: "cache", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
				Containers: []corev1.Container{{
					VolumeMounts: []corev1.VolumeMount{{Name: "cache", ReadOnly: true, MountPath: "/cache"}},
					Env:          []corev1.EnvVar{{Name: "DEBUG", Value: "yes"}, {Name: "EMPTY"}, {Name: "URL", Value: "http://api:80/#x"}},
					Ports:        []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
					Args:         []string{"-c", "echo one\necho two\n"},
					Command:      []string{"sh"},
					Image:        "nginx:1.27",
					Name:         "web",
					Resources:    corev1.ResourceRequirements{Limits: corev1.ResourceList{"cpu": resource.MustParse("1"), "memory": resource.MustParse("64Mi")}},
					ReadinessProbe: &corev1.Probe{
						PeriodSeconds: 10,
						ProbeHandler:  corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromString("http")}},
					},
				}},
			}},
		},
		Status: appsv1.DeploymentStatus{Replicas: 4},
	}
}

const handWrittenYAML = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app.kubernetes.io/instance: shop
    app.kubernetes.io/name: web
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: web
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.27
        command:
        - sh
        args:
        - -c
        - |
          echo one
          echo two
        ports:
        - name: http
          containerPort: 8080
          protocol: TCP
        env:
        - name: DEBUG
          value: "yes"
        - name: EMPTY
          value: ""
        - name: URL
          value: http://api:80/#x
        resources:
          limits:
            cpu: "1"
            memory: 64Mi
        readinessProbe:
          tcpSocket:
            port: http
          periodSeconds: 10
        volumeMounts:
        - name: cache
          mountPath: /cache
          readOnly: true
      volumes:
      - name: cache
        emptyDir: {}
`

func TestEmptyValuesThatMeanSomethingStay(t *testing.T) {
	t.Parallel()
	policy := &networkingv1.NetworkPolicy{
		TypeMeta: metav1.TypeMeta{APIVersion: "networking.k8s.io/v1", Kind: "NetworkPolicy"},
		Spec: networkingv1.NetworkPolicySpec{
			Ingress: []networkingv1.NetworkPolicyIngressRule{{}, {From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}},
			Egress:  []networkingv1.NetworkPolicyEgressRule{},
		},
	}
	want := `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
spec:
  podSelector: {}
  ingress:
  - {}
  - from:
    - podSelector: {}
`
	got, err := NewEncoder().Encode(policy)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestUnstructuredObjectHasNoStatus(t *testing.T) {
	t.Parallel()
	route := &unstructured.Unstructured{Object: map[string]any{
		"kind": "HTTPRoute", "apiVersion": "gateway.networking.k8s.io/v1",
		"metadata": map[string]any{"labels": map[string]any{"b": "1", "a": "x"}, "name": "web"},
		"status":   map[string]any{"parents": []any{}},
		"spec":     map[string]any{"rules": []any{map[string]any{"backendRefs": []any{map[string]any{"port": int64(80), "name": "web"}}}}, "weight": 0.5},
	}}
	want := `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: web
  labels:
    a: x
    b: "1"
spec:
  rules:
  - backendRefs:
    - name: web
      port: 80
  weight: 0.5
`
	got, err := NewEncoder().Encode(route)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestTextThatIsNotUTF8IsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewEncoder().Encode(configMap(map[string]string{"a.bin": "\xff\xfe\n"}))
	if err == nil || err.Error() != "write ConfigMap texts as YAML: a.bin: the text is not valid UTF-8" {
		t.Errorf("err = %v", err)
	}
}

// Every name of the table is a field of its type: a misspelt one would have no effect and nobody would notice.
func TestFieldOrderNamesFields(t *testing.T) {
	t.Parallel()
	for typ, order := range fieldOrder {
		known := map[string]bool{}
		for _, f := range declared(typ, nil) {
			known[f.name] = true
		}
		for _, name := range order {
			if !known[name] {
				t.Errorf("%s has no field %q", typ, name)
			}
		}
	}
}

// Objects of every kind, filled with hostile values, are read back by another YAML library as the same objects.
func TestRandomObjectsSurvive(t *testing.T) {
	t.Parallel()
	kinds := []runtime.Object{
		&appsv1.Deployment{}, &appsv1.StatefulSet{}, &appsv1.DaemonSet{}, &batchv1.Job{}, &batchv1.CronJob{}, &corev1.Pod{},
		&corev1.Service{}, &corev1.ConfigMap{}, &corev1.Secret{}, &corev1.PersistentVolumeClaim{}, &corev1.PersistentVolume{},
		&corev1.Namespace{}, &corev1.ServiceAccount{}, &rbacv1.Role{}, &rbacv1.RoleBinding{}, &networkingv1.NetworkPolicy{},
		&networkingv1.Ingress{}, &autoscalingv2.HorizontalPodAutoscaler{}, &policyv1.PodDisruptionBudget{},
	}
	encoder := NewEncoder()
	for seed := range uint64(12) {
		for _, kind := range kinds {
			object := randomObject(kind, seed)
			text, err := encoder.Encode(object)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			want, got := throughJSON(t, object), empty(object)
			if err := yaml.UnmarshalStrict(text, got); err != nil {
				t.Fatalf("seed %d, %T: %v", seed, object, err)
			}
			if !apiequality.Semantic.DeepEqual(want, got) {
				w, _ := json.MarshalIndent(want, "", " ")
				g, _ := json.MarshalIndent(got, "", " ")
				t.Fatalf("seed %d, %T differs:\n%s", seed, object, firstDifference(string(g), string(w)))
			}
		}
	}
}

func randomObject(kind runtime.Object, seed uint64) runtime.Object {
	words := rand.New(rand.NewPCG(seed, 1))
	filler := randfill.NewWithSeed(int64(seed)).NilChance(0.4).NumElements(0, 3).MaxDepth(14).Funcs(
		func(s *string, _ randfill.Continue) { *s = hostileText(words) },
		func(q *resource.Quantity, c randfill.Continue) {
			*q = *resource.NewMilliQuantity(c.Int63n(1e6), resource.DecimalSI)
		},
		func(q *metav1.Time, c randfill.Continue) { *q = metav1.Unix(c.Int63n(4e9)+1, 0) },
		func(*corev1.PersistentVolumeClaimStatus, randfill.Continue) {}, // never written, also not in a volumeClaimTemplate
		func(q *metav1.FieldsV1, _ randfill.Continue) { q.SetRawString(`{"f:a":{}}`) },
		func(m *metav1.TypeMeta, _ randfill.Continue) {
			m.APIVersion, m.Kind = "v1", reflect.TypeOf(kind).Elem().Name()
		},
		func(p *intstr.IntOrString, c randfill.Continue) {
			if *p = intstr.FromInt32(c.Int31()); c.Bool() {
				*p = intstr.FromString(hostileText(words))
			}
		},
	)
	object := empty(kind)
	filler.Fill(object)
	if status := reflect.ValueOf(object).Elem().FieldByName("Status"); status.IsValid() {
		status.SetZero()
	}
	return object
}

func empty(o runtime.Object) runtime.Object {
	return reflect.New(reflect.TypeOf(o).Elem()).Interface().(runtime.Object)
}

func throughJSON(t *testing.T, o runtime.Object) runtime.Object {
	t.Helper()
	data, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	out := empty(o)
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
	return out
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "got  " + g[i] + "\nwant " + w[i]
		}
	}
	return "one is longer"
}
