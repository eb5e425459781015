package outputs

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// kustomizeBuild does what kubectl kustomize does.
func kustomizeBuild(t *testing.T, dir string) objects {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		t.Fatalf("kustomize build: %v", err)
	}
	stream, err := built.AsYaml()
	if err != nil {
		t.Fatal(err)
	}
	return unordered(readObjects(t, string(stream)))
}

// unordered sorts the lists whose order means nothing to Kubernetes: a patch puts its items first. The order of variables means
// something where one is made from others.
func unordered(all objects) objects {
	for _, o := range all {
		walk(nil, o, func(_ []string, fields map[string]any) {
			if text := fmt.Sprint(fields["env"]); !strings.Contains(text, "$(") {
				sortBy(fields["env"], "name")
			}
			sortBy(fields["volumes"], "name")
			sortBy(fields["volumeMounts"], "mountPath")
			sortBy(fields["hostAliases"], "ip")
			sortBy(fields["imagePullSecrets"], "name")
			if fields["podSelector"] == nil && fields["from"] == nil && fields["to"] == nil { // not the rules of a NetworkPolicy
				sortBy(fields["ports"], "containerPort", "port", "protocol")
			}
		})
	}
	return all
}

func TestKustomizeOfGoldensEqualsConvert(t *testing.T) {
	counts := newTally(t)
	for _, p := range goldens(t) {
		t.Run(p.name, func(t *testing.T) {
			counts.add(checkKustomize(t, p, syntheticOverrides(t, p)))
		})
	}
}

func TestKustomizeOfRealProjectsEqualsConvert(t *testing.T) {
	counts := newTally(t)
	for _, p := range realProjects(t) {
		t.Run(p.name, func(t *testing.T) {
			if !p.allow(t) {
				counts.refused++
				t.Skip("does not convert")
			}
			overrides := map[string][]string{}
			if len(p.files) > 1 { // the first file is the base, and each further one an overlay on top of those before
				for i := 1; i < len(p.files); i++ {
					overrides[fmt.Sprintf("with-%d", i)] = p.files[1 : i+1]
				}
				p.files = p.files[:1]
			}
			counts.add(checkKustomize(t, p, overrides))
		})
	}
}

// checkKustomize compares the base, and every overlay that converts, with what convert gives for the same files.
func checkKustomize(t *testing.T, p project, overrides map[string][]string) (base, overlays int) {
	t.Helper()
	plain := transship(t, p.dir, p.args()...)
	out := filepath.Join(t.TempDir(), "k8s")
	if plain.code != 0 {
		if o := transship(t, p.dir, p.args("-o", "kustomize", "-d", out)...); o.code == 0 {
			t.Error("a project with errors was written")
		}
		if _, err := os.Stat(out); err == nil {
			t.Error("a project with errors left files")
		}
		return 0, 0
	}
	args := []string{"-o", "kustomize", "-d", out}
	want := map[string]objects{}
	for name, files := range overrides {
		with := p
		with.files = slices.Concat(p.files, files)
		o := transship(t, p.dir, with.args()...)
		if o.code != 0 {
			continue // such as a removed service that others depend on
		}
		want[name] = unordered(readObjects(t, o.stdout))
		args = append(args, "--overlay", name+"="+strings.Join(files, ","))
	}
	mustTransship(t, p.dir, p.args(args...)...)
	for _, line := range differences(unordered(readObjects(t, plain.stdout)), kustomizeBuild(t, filepath.Join(out, "base"))) {
		t.Error("base:", line)
	}
	for name, wanted := range want {
		for _, line := range differences(wanted, kustomizeBuild(t, filepath.Join(out, "overlays", name))) {
			t.Errorf("overlay %s: %s", name, line)
		}
	}
	if again := mustTransship(t, p.dir, p.args(args...)...); !strings.Contains(again.stderr, " 0 written, ") {
		t.Errorf("a second run writes files again: %s", again.stderr)
	}
	return 1, len(want)
}
