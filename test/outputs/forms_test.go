package outputs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestOtherFormsEqualConvert: charts and bases are equal to the conversion with the flags that change secrets and images, too. Every fourth
// golden case is enough: what the flags change is the same in all.
func TestOtherFormsEqualConvert(t *testing.T) {
	images := filepath.Join(t.TempDir(), "images.json")
	counts := newTally(t)
	for i, p := range goldens(t) {
		if i%4 != 0 || slices.ContainsFunc(p.flags, func(f string) bool { return strings.HasPrefix(f, "--secret") }) {
			continue
		}
		services := transship(t, p.dir, p.args("--findings=json")...)
		if services.code != 0 {
			continue
		}
		for name, flags := range map[string][]string{
			"external": {"--secrets=external-secret", "--secret-store=ClusterSecretStore/vault"},
			"stub":     {"--secrets=stub"},
			"images":   {"--images", images},
		} {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				with := p
				with.flags = slices.Concat(p.flags, flags)
				if name == "images" {
					write(t, images, imagesOf(services.stdout))
				}
				if transship(t, p.dir, with.args()...).code != 0 {
					t.Skip("does not convert")
				}
				charts, _ := checkChart(t, with)
				bases, _ := checkKustomize(t, with, nil)
				counts.add(charts, bases)
			})
		}
	}
	if counts.compared < 40 {
		t.Errorf("only %d charts were compared", counts.compared)
	}
}

// imagesOf returns a file for --images that pins the images of the services in some manifests.
func imagesOf(manifests string) string {
	var entries []string
	project := ""
	for _, line := range strings.Split(manifests, "\n") {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "app.kubernetes.io/part-of: "); ok {
			project = strings.Trim(name, "\"")
		}
		if service, ok := strings.CutPrefix(strings.TrimSpace(line), "transship/compose-service: "); ok {
			entry := fmt.Sprintf("%q: {\"reference\": %q}", service, "registry.example.com/built/app@sha256:"+strings.Repeat("ab", 32))
			if !slices.Contains(entries, entry) && !strings.HasPrefix(service, "\"") {
				entries = append(entries, entry)
			}
		}
	}
	return fmt.Sprintf("{\"version\": 1, \"project\": %q, \"images\": {%s}}\n", project, strings.Join(entries, ", "))
}

// TestSafeTransformers puts a kustomization of a user's on top of an overlay: what the generated comment calls safe changes what it says
// and nothing else.
func TestSafeTransformers(t *testing.T) {
	root := gitopsFolder(t)
	mustTransship(t, root, "convert", "-f", "compose.yaml", "-o", "kustomize", "-d", "deploy", "--overlay", "prod=compose.prod.yaml")
	build := func(text string) objects {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(root, "mine"), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(root, "mine/kustomization.yaml"), "resources: [../deploy/overlays/prod]\n"+text)
		return kustomizeBuild(t, filepath.Join(root, "mine"))
	}
	plain := func(flags ...string) objects {
		t.Helper()
		o := mustTransship(t, root, append([]string{"convert", "-f", "compose.yaml", "-f", "compose.prod.yaml"}, flags...)...)
		return unordered(readObjects(t, o.stdout))
	}
	for _, line := range differences(plain("-n", "shop"), build("namespace: shop\n")) {
		t.Error("namespace:", line)
	}
	labelled := build("labels: [{pairs: {team: a}}]\n")
	for name, o := range labelled {
		if at(o, "metadata.labels.team") != "a" {
			t.Errorf("%s has no label", name)
		}
		delete(o["metadata"].(map[string]any)["labels"].(map[string]any), "team")
	}
	for _, line := range differences(plain(), labelled) {
		t.Error("labels:", line)
	}
	pinned := build("images: [{name: ghcr.io/example/shop, newTag: \"7\"}]\nreplicas: [{name: web, count: 9}]\n")
	if got := at(pinned["Deployment/<nil>/web"], "spec.template.spec.containers.0.image"); got != "ghcr.io/example/shop:7" {
		t.Errorf("the image is %v", got)
	}
	if got := at(pinned["Deployment/<nil>/web"], "spec.replicas"); got != 9 {
		t.Errorf("replicas are %v", got)
	}
}

// TestUnsafeTransformers: with a prefix every reference that Kustomize knows follows, and what the comment warns of does not: names in
// variables and commands.
func TestUnsafeTransformers(t *testing.T) {
	root := gitopsFolder(t)
	mustTransship(t, root, "convert", "-f", "compose.yaml", "-o", "kustomize", "-d", "deploy", "--publish=ingress", "--domain=example.com")
	write(t, filepath.Join(root, "deploy/kustomization.yaml"), "resources: [base]\nnamePrefix: x-\n")
	all := kustomizeBuild(t, filepath.Join(root, "deploy"))
	web := all["Deployment/<nil>/x-web"]
	for path, want := range map[string]any{
		"spec.template.spec.serviceAccountName":                   "x-shop-waiter",
		"spec.template.spec.containers.0.env.0.value":             "db",
		"spec.template.spec.initContainers.0.command.4":           "job/migrate",
		"spec.template.spec.initContainers.0.volumeMounts.0.name": "waiter-token",
	} {
		if got := at(web, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if got := at(all["Ingress/<nil>/x-web"], "spec.rules.0.http.paths.0.backend.service.name"); got != "x-web" {
		t.Errorf("the Ingress leads to %v", got)
	}
	if got := at(all["Deployment/<nil>/x-db"], "spec.template.spec.volumes.0.persistentVolumeClaim.claimName"); got != "x-data" {
		t.Errorf("the claim is %v", got)
	}
	comment := read(t, filepath.Join(root, "deploy/base/kustomization.yaml"))
	if !strings.Contains(comment, "Not safe: namePrefix and nameSuffix") {
		t.Error("nothing warns of prefixes")
	}
}
