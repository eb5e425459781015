package outputs

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	helmv2 "github.com/fluxcd/helm-controller/api/v2"
	kustomizev1 "github.com/fluxcd/kustomize-controller/api/v1"
	flux "github.com/fluxcd/pkg/kustomize"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	kyaml "sigs.k8s.io/yaml"
)

const gitopsProject = `name: shop
services:
  web:
    image: ghcr.io/example/shop:1
    ports: ["8080:80"]
    environment: {DATABASE_HOST: db}
    depends_on: {migrate: {condition: service_completed_successfully}}
  migrate: {image: "ghcr.io/example/shop:1", command: [migrate], restart: "no"}
  db: {image: "postgres:17", environment: {POSTGRES_PASSWORD_FILE: /run/secrets/db_password}, secrets: [db_password], volumes: ["data:/var/lib/postgresql/data"]}
volumes: {data: {}}
secrets: {db_password: {file: ./db_password.txt}}
`

const gitopsProd = "services: {web: {deploy: {replicas: 3}, environment: {DATABASE_HOST: db.prod.example}}}\n"

func gitopsFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "compose.yaml"), gitopsProject)
	write(t, filepath.Join(dir, "compose.prod.yaml"), gitopsProd)
	write(t, filepath.Join(dir, "db_password.txt"), "s3cret\n")
	return dir
}

var yamlBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// recipe returns the object of a kind that the guide shows.
func recipe(t *testing.T, kind string) map[string]any {
	t.Helper()
	guide := read(t, filepath.Join(repository(), "docs/guides/gitops.md"))
	for _, block := range yamlBlock.FindAllStringSubmatch(guide, -1) {
		var o map[string]any
		if err := yaml.Unmarshal([]byte(block[1]), &o); err != nil {
			t.Fatalf("%v in\n%s", err, block[1])
		}
		if o["kind"] == kind {
			return o
		}
	}
	t.Fatalf("the guide shows no %s", kind)
	return nil
}

// strictly reads an object into its Go type, and refuses fields that the type does not have.
func strictly(t *testing.T, o map[string]any, into any) {
	t.Helper()
	text, err := json.Marshal(o)
	if err == nil {
		err = kyaml.UnmarshalStrict(text, into)
	}
	if err != nil {
		t.Fatalf("%v: %v", o["kind"], err)
	}
}

// TestFluxBuildsTheRecipeOfKustomize lets Flux's own builder do what its kustomize-controller does with the Kustomization of the guide.
func TestFluxBuildsTheRecipeOfKustomize(t *testing.T) {
	o := recipe(t, "Kustomization")
	var typed kustomizev1.Kustomization
	strictly(t, o, &typed)
	root := gitopsFolder(t)
	mustTransship(t, root, "convert", "-o", "kustomize", "-d", "deploy", "--overlay", "prod=compose.prod.yaml", "--secrets=skip")
	path := filepath.Join(root, filepath.FromSlash(typed.Spec.Path))
	generator := flux.NewGenerator(root, unstructured.Unstructured{Object: o})
	if _, err := generator.WriteFile(path, flux.WithSaveOriginalKustomization()); err != nil {
		t.Fatal(err)
	}
	built, err := flux.SecureBuild(root, path, false)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	plain := mustTransship(t, root, "convert", "-f", "compose.yaml", "-f", "compose.prod.yaml", "--secrets=skip", "-n", typed.Spec.TargetNamespace)
	for _, line := range differences(unordered(readObjects(t, plain.stdout)), unordered(readObjects(t, string(stream)))) {
		t.Error(line)
	}
	if !typed.Spec.Force || !typed.Spec.Prune {
		t.Error("the recipe does not replace Jobs, or does not prune")
	}
}

// TestFluxInstallsTheRecipeOfHelm renders the chart with the values of the HelmRelease in the guide, merged as source-controller and
// helm-controller merge them: the values files in their order, then the values of the release.
func TestFluxInstallsTheRecipeOfHelm(t *testing.T) {
	o := recipe(t, "HelmRelease")
	var typed helmv2.HelmRelease
	strictly(t, o, &typed)
	root := gitopsFolder(t)
	mustTransship(t, root, "convert", "-f", "compose.yaml", "-o", "helm", "-d", "chart", "--overlay", "prod=compose.prod.yaml", "--secrets=stub")
	var files []string
	for _, file := range typed.Spec.Chart.Spec.ValuesFiles {
		files = append(files, filepath.Join(root, filepath.FromSlash(file)))
		if _, err := os.Stat(files[len(files)-1]); err != nil {
			t.Errorf("the chart has no %s", file)
		}
	}
	values := valuesOf(t, files...)
	var more map[string]any
	if err := json.Unmarshal(typed.Spec.Values.Raw, &more); err != nil {
		t.Fatal(err)
	}
	merge(values, more)
	text, err := helmTemplate(filepath.Join(root, "chart"), typed.Name, typed.Namespace, values)
	if err != nil {
		t.Fatal(err)
	}
	plain := mustTransship(t, root, "convert", "-f", "compose.yaml", "-f", "compose.prod.yaml", "--secrets=skip")
	for _, line := range differences(normalized(readObjects(t, plain.stdout), true), normalized(readObjects(t, text), true)) {
		if !strings.Contains(line, "checksum-") { // there is no Secret whose values could be known
			t.Error(line)
		}
	}
}
