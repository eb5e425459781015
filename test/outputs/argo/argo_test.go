// Package argo reads what is rendered for Argo CD by its own code. It is a module of its own: that code needs other versions of the modules of
// Kubernetes than Helm does.
package argo

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/common"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/hook"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/resource"
	"github.com/argoproj/argo-cd/gitops-engine/pkg/sync/syncwaves"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// TestArgoSeesNoHooks: Argo CD would run what has annotations of Helm's hooks, or of its own, in phases. There are none in the
// objects of all examples, which a chart and a base render to, and everything is in one wave.
func TestArgoSeesNoHooks(t *testing.T) {
	repository, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	program := os.Getenv("TRANSSHIP_BIN")
	if program == "" {
		program = filepath.Join(t.TempDir(), "transship")
		build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/transship")
		build.Dir = repository
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	c := exec.CommandContext(t.Context(), program, "convert", "-f", filepath.Join(repository, "examples/shop/compose.yaml"))
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	decoder := yaml.NewDecoder(bytes.NewReader(out))
	for {
		var o map[string]any
		if err := decoder.Decode(&o); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		u := &unstructured.Unstructured{Object: o}
		if hook.IsHook(u) || hook.Skip(u) || syncwaves.Wave(u) != 0 {
			t.Errorf("%s %s is a hook, or in a wave of its own", u.GetKind(), u.GetName())
		}
	}
	if seen < 10 {
		t.Errorf("only %d objects", seen)
	}
}

// TestTheGuidesAnnotation: Argo CD knows the annotation that the guide has for Jobs that change.
func TestTheGuidesAnnotation(t *testing.T) {
	guide, err := os.ReadFile("../../../docs/guides/gitops.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("`(\\S+/sync-options): (\\S+)`").FindSubmatch(guide)
	if found == nil {
		t.Fatal("the guide has no annotation for changed Jobs")
	}
	job := &unstructured.Unstructured{Object: map[string]any{}}
	job.SetAnnotations(map[string]string{string(found[1]): string(found[2])})
	for _, option := range []string{common.SyncOptionReplace, common.SyncOptionForce} {
		if !resource.HasAnnotationOption(job, common.AnnotationSyncOptions, option) {
			t.Errorf("Argo CD finds no %s in %s: %s", option, found[1], found[2])
		}
	}
}
