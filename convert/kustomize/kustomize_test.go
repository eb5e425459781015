package kustomize

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/loader"
)

func fromYAML(t *testing.T, text string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return value
}

// inPod puts the fields of a Pod spec into a Deployment.
func inPod(spec string) string {
	return "spec: {template: {spec: " + spec + "}}"
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, kind, from, to, want string }{
		{"a scalar", "Deployment", "spec: {replicas: 1}", "spec: {replicas: 2}", "spec: {replicas: 2}"},
		{"a key goes", "Deployment", "spec: {replicas: 1, paused: true}", "spec: {replicas: 1}", "spec: {paused: null}"},
		{"a mapping goes", "Service", "metadata: {annotations: {a: b}}", "metadata: {}", "metadata: {annotations: null}"},
		{"nothing", "Service", "spec: {type: NodePort}", "spec: {type: NodePort}", "null"},
		{
			"a variable changes", "Deployment", inPod("{containers: [{name: web, env: [{name: A, value: a}, {name: B, value: b}]}]}"),
			inPod("{containers: [{name: web, env: [{name: A, value: a}, {name: B, value: z}]}]}"), inPod("{containers: [{name: web, env: [{name: B, value: z}]}]}"),
		},
		{
			"a variable goes", "Deployment", inPod("{containers: [{name: web, env: [{name: A, value: a}, {name: B, value: b}]}]}"),
			inPod("{containers: [{name: web, env: [{name: B, value: b}]}]}"), inPod("{containers: [{name: web, env: [{name: A, $patch: delete}]}]}"),
		},
		{
			"a variable that others use is added behind", "Deployment", inPod("{containers: [{name: web, env: [{name: A, value: a}]}]}"),
			inPod("{containers: [{name: web, env: [{name: A, value: a}, {name: B, value: $(A)}]}]}"),
			inPod("{containers: [{name: web, env: [{name: A, value: a}, {name: B, value: $(A)}, {$patch: replace}]}]}"),
		},
		{
			"a value becomes one of a Secret", "Deployment", inPod("{containers: [{name: web, env: [{name: A, value: a}]}]}"),
			inPod("{containers: [{name: web, env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: A}}}]}]}"),
			inPod("{containers: [{name: web, env: [{name: A, value: null, valueFrom: {secretKeyRef: {name: s, key: A}}}]}]}"),
		},
		{
			"an init container in front", "Deployment", inPod("{initContainers: [{name: b, image: x}], containers: []}"),
			inPod("{initContainers: [{name: a, image: x}, {name: b, image: x}], containers: []}"), inPod("{initContainers: [{name: a, image: x}]}"),
		},
		{
			"an init container behind", "Deployment", inPod("{initContainers: [{name: b, image: x}], containers: []}"),
			inPod("{initContainers: [{name: b, image: x}, {name: c, image: x}], containers: []}"),
			inPod("{initContainers: [{name: b, image: x}, {name: c, image: x}, {$patch: replace}]}"),
		},
		{
			"arguments are replaced", "Deployment", inPod("{containers: [{name: web, args: [a, b]}]}"), inPod("{containers: [{name: web, args: [a]}]}"),
			inPod("{containers: [{name: web, args: [a]}]}"),
		},
		{
			"another source of a volume", "Deployment", inPod("{volumes: [{name: data, emptyDir: {}}]}"), inPod("{volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}"),
			inPod("{volumes: [{name: data, emptyDir: null, persistentVolumeClaim: {claimName: data}}]}"),
		},
		{"a port of a Service", "Service", "spec: {ports: [{port: 80, name: a}]}", "spec: {ports: [{port: 80, name: a}, {port: 81, name: b}]}", "spec: {ports: [{port: 81, name: b}]}"},
		{
			"one port, two protocols", "Service", "spec: {ports: [{port: 53, name: a, protocol: UDP}]}", "spec: {ports: [{port: 53, name: a, protocol: UDP}, {port: 53, name: b}]}",
			"spec: {ports: [{port: 53, name: a, protocol: UDP}, {port: 53, name: b}, {$patch: replace}]}",
		},
		{"lists of unknown kinds", "HTTPRoute", "spec: {hostnames: [a, b]}", "spec: {hostnames: [b]}", "spec: {hostnames: [b]}"},
		{
			"a mount is known by its place", "Deployment", inPod("{containers: [{name: a, volumeMounts: [{name: x, mountPath: /m}]}]}"),
			inPod("{containers: [{name: a, volumeMounts: [{name: x, mountPath: /m, subPath: y}]}]}"), inPod("{containers: [{name: a, volumeMounts: [{mountPath: /m, subPath: y}]}]}"),
		},
		{
			"a Pod of a CronJob", "CronJob", "spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: a}]}]}}}}}",
			"spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: b}]}]}}}}}",
			"spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, env: [{name: A, value: b}]}]}}}}}",
		},
	} {
		got := difference(place{kind: c.kind}, fromYAML(t, c.from), fromYAML(t, c.to))
		var want map[string]any
		if c.want != "null" {
			want = fromYAML(t, c.want)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", c.what, got, want)
		}
	}
}

// TestPatchesOfRandomDeploymentsGiveTheOther: the code of Kubernetes applies each patch, and the order that means something is kept.
func TestPatchesOfRandomDeploymentsGiveTheOther(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	patched := 0
	for range 400 {
		from, to := randomDeployment(random), randomDeployment(random)
		before, after := asMapping(t, from), asMapping(t, to)
		patch := difference(place{kind: "Deployment"}, before, after)
		if patch == nil {
			continue
		}
		patched++
		text, err := json.Marshal(patch)
		if err != nil {
			t.Fatal(err)
		}
		original, err := json.Marshal(from)
		if err != nil {
			t.Fatal(err)
		}
		result, err := strategicpatch.StrategicMergePatch(original, text, appsv1.Deployment{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		var got appsv1.Deployment
		if err := json.Unmarshal(result, &got); err != nil {
			t.Fatal(err)
		}
		sortUnordered(&got)
		sortUnordered(to)
		if have, want := asMapping(t, &got), asMapping(t, to); !reflect.DeepEqual(have, want) {
			t.Fatalf("from %v\npatch %s\ngot  %v\nwant %v", before, text, have, want)
		}
	}
	if patched < 200 {
		t.Errorf("only %d patches", patched)
	}
}

func asMapping(t *testing.T, d *appsv1.Deployment) map[string]any {
	t.Helper()
	text, err := json.Marshal(d.Spec)
	if err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal(text, &spec); err != nil {
		t.Fatal(err)
	}
	return map[string]any{"spec": spec}
}

func some(random *rand.Rand, names ...string) []string {
	var chosen []string
	for _, name := range names {
		if random.IntN(2) == 0 {
			chosen = append(chosen, name)
		}
	}
	return chosen
}

func randomDeployment(random *rand.Rand) *appsv1.Deployment {
	pod := corev1.PodSpec{}
	for _, name := range some(random, "data", "config", "cache") {
		v := corev1.Volume{Name: name}
		if random.IntN(2) == 0 {
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		} else {
			v.PersistentVolumeClaim = &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}
		}
		pod.Volumes = append(pod.Volumes, v)
	}
	for _, name := range append([]string{"web"}, some(random, "side", "log")...) {
		c := corev1.Container{Name: name, Image: []string{"a:1", "a:2"}[random.IntN(2)], Args: some(random, "x", "y")}
		for _, variable := range some(random, "A", "B", "C") {
			c.Env = append(c.Env, corev1.EnvVar{Name: variable, Value: strconv.Itoa(random.IntN(2))})
		}
		for _, path := range some(random, "/a", "/b") {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: "data", MountPath: path, SubPath: []string{"", "s"}[random.IntN(2)]})
		}
		for _, port := range []int32{80, 443} {
			if random.IntN(2) == 0 {
				c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: port, Protocol: corev1.ProtocolTCP})
			}
		}
		pod.Containers = append(pod.Containers, c)
	}
	for _, name := range some(random, "wait-a", "wait-b", "wait-c") {
		pod.InitContainers = append(pod.InitContainers, corev1.Container{Name: name, Image: "busybox"})
	}
	if random.IntN(3) == 0 {
		slices.Reverse(pod.InitContainers)
	}
	return &appsv1.Deployment{Spec: appsv1.DeploymentSpec{Replicas: new(int32(random.IntN(2))), Template: corev1.PodTemplateSpec{Spec: pod}}}
}

// sortUnordered sorts the lists whose order means nothing.
func sortUnordered(d *appsv1.Deployment) {
	spec := &d.Spec.Template.Spec
	slices.SortFunc(spec.Volumes, func(a, b corev1.Volume) int { return strings.Compare(a.Name, b.Name) })
	for i := range spec.Containers {
		c := &spec.Containers[i]
		slices.SortFunc(c.Env, func(a, b corev1.EnvVar) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(c.VolumeMounts, func(a, b corev1.VolumeMount) int { return strings.Compare(a.MountPath, b.MountPath) })
		slices.SortFunc(c.Ports, func(a, b corev1.ContainerPort) int { return int(a.ContainerPort - b.ContainerPort) })
	}
}

func TestValidName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"prod": true, "a-1": true, "": false, "-a": false, "Prod": false, "a/b": false, "..": false, strings.Repeat("a", 64): false, "é": false} {
		if ValidName(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}

// project is a folder with Compose files.
type project struct {
	t   *testing.T
	dir string
}

func newProject(t *testing.T, files map[string]string) *project {
	t.Helper()
	p := &project{t, t.TempDir()}
	for name, text := range files {
		p.write(name, text)
	}
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

func (p *project) result(files ...string) *convert.Result {
	p.t.Helper()
	paths := []string{filepath.Join(p.dir, "compose.yaml")}
	for _, f := range files {
		paths = append(paths, filepath.Join(p.dir, f))
	}
	result, err := convert.Convert(p.t.Context(), convert.Options{Load: loader.Options{Files: paths, ProjectName: "shop", Environ: []string{}}})
	if err == nil {
		err = result.Err()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// overlay writes the base and one overlay with the given file, and returns the files of the overlay.
func (p *project) overlay(file string) map[string]string {
	p.t.Helper()
	if _, err := Write(context.Background(), filepath.Join(p.dir, "k8s"), p.result(), []Overlay{{Name: "prod", Result: p.result(file)}}, Options{}); err != nil {
		p.t.Fatal(err)
	}
	texts := map[string]string{}
	folder := filepath.Join(p.dir, "k8s/overlays/prod")
	entries, err := os.ReadDir(folder)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			p.t.Fatal(err)
		}
		texts[e.Name()] = string(text)
	}
	return texts
}

const shop = `services:
  web:
    image: ghcr.io/example/shop:1
    ports: ["8080:80"]
    environment: {COLOR: green}
  worker: {image: "ghcr.io/example/shop:1", command: [work]}
  db: {image: "postgres:17", environment: {POSTGRES_HOST_AUTH_METHOD: trust}}
`

func TestOverlays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what, override string
		files          string   // of the overlay, sorted
		has            []string // in the files, one after the other
	}{
		{"nothing differs", "services: {web: {image: \"ghcr.io/example/shop:1\"}}\n", "kustomization.yaml", []string{"- ../../base"}},
		{"replicas alone", "services: {web: {deploy: {replicas: 3}}}\n", "kustomization.yaml", []string{"replicas:\n- name: web\n  count: 3\n"}},
		{
			"all uses of one image", "services: {web: {image: \"ghcr.io/example/shop:2\"}, worker: {image: \"ghcr.io/example/shop:2\"}}\n", "kustomization.yaml",
			[]string{"images:\n- name: ghcr.io/example/shop\n  newTag: \"2\"\n"},
		},
		{
			"one use of two", "services: {web: {image: \"ghcr.io/example/shop:2\"}}\n", "kustomization.yaml patch-deployment-web.yaml",
			[]string{"patches:\n- path: patch-deployment-web.yaml", "image: ghcr.io/example/shop:2"},
		},
		{"another name", "services: {web: {image: \"r.example/shop:2\"}, worker: {image: \"r.example/shop:2\"}}\n", "kustomization.yaml", []string{"newName: r.example/shop\n  newTag: \"2\""}},
		{
			"a variable and a command", "services: {web: {environment: {COLOR: red}, command: [serve]}}\n", "kustomization.yaml patch-deployment-web.yaml",
			[]string{"# override.yaml:1 services.web.", "args:\n        - serve", "- name: COLOR\n          value: red"},
		},
		{
			"a service more", "services: {cache: {image: \"redis:8\"}}\n", "deployment-cache.yaml kustomization.yaml service-cache.yaml",
			[]string{"resources:\n- ../../base\n- ", "kind: Deployment"},
		},
		{
			"a service less", "services: {worker: !reset null}\n", "kustomization.yaml patch-deployment-worker.yaml patch-service-worker.yaml",
			[]string{"$patch: delete"},
		},
		{"a namespace", "x-kubernetes: {namespace: prod}\n", "kustomization.yaml", []string{"namespace: prod"}},
	} {
		p := newProject(t, map[string]string{"compose.yaml": shop, "override.yaml": c.override})
		files := p.overlay("override.yaml")
		names := make([]string, 0, len(files))
		for name := range files {
			names = append(names, name)
		}
		slices.Sort(names)
		if got := strings.Join(names, " "); got != c.files {
			t.Errorf("%s: files %s, want %s", c.what, got, c.files)
		}
		var text strings.Builder
		for _, name := range names {
			text.WriteString(files[name])
		}
		all := text.String()
		for _, want := range c.has {
			if !strings.Contains(all, want) {
				t.Errorf("%s: no %q in\n%s", c.what, want, all)
			}
		}
	}
}

func TestSecretsOfOverlaysAreForTheirOwner(t *testing.T) {
	t.Parallel()
	p := newProject(t, map[string]string{
		"compose.yaml":  "services: {web: {image: nginx, environment: {API_PASSWORD: one}}}\n",
		"override.yaml": "services: {web: {environment: {API_PASSWORD: two}}}\n",
	})
	files := p.overlay("override.yaml")
	if !strings.Contains(files[".gitignore"], "/patch-secret-web-env.yaml\n") || !strings.Contains(files["patch-secret-web-env.yaml"], "dHdv") {
		t.Errorf("files %v", files)
	}
	if info, err := os.Stat(filepath.Join(p.dir, "k8s/overlays/prod/patch-secret-web-env.yaml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// TestStaleOverlays: those that are gone are removed, with what others put there left alone.
func TestStaleOverlays(t *testing.T) {
	t.Parallel()
	p := newProject(t, map[string]string{"compose.yaml": shop, "override.yaml": "services: {web: {deploy: {replicas: 3}}}\n"})
	p.overlay("override.yaml")
	p.write("k8s/overlays/ours/kustomization.yaml", "resources: [../prod]\n")
	p.write("k8s/overlays/prod/notes.txt", "ours\n")
	changes, err := Write(context.Background(), filepath.Join(p.dir, "k8s"), p.result(), nil, Options{})
	if err != nil || !slices.Equal(changes.Removed, []string{"overlays/prod/kustomization.yaml"}) || len(changes.Written) > 0 {
		t.Errorf("%+v, %v", changes, err)
	}
	for _, name := range []string{"k8s/overlays/ours/kustomization.yaml", "k8s/overlays/prod/notes.txt"} {
		if _, err := os.Stat(filepath.Join(p.dir, name)); err != nil {
			t.Error(err)
		}
	}
	p.write("k8s/overlays/prod/kustomization.yaml", "resources: []\n")
	if _, err := Write(context.Background(), filepath.Join(p.dir, "k8s"), p.result(), []Overlay{{Name: "prod", Result: p.result("override.yaml")}}, Options{}); err == nil {
		t.Error("a foreign kustomization is overwritten")
	}
}
