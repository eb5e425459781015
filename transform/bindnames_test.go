package transform

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/transship/transship/source"
)

// TestNamesOfBindsStayWhenTheProjectMoves converts a project in two directories: a claim that is called otherwise is a new
// one, without the data.
func TestNamesOfBindsStayWhenTheProjectMoves(t *testing.T) {
	compose := `
services:
  a: {image: example, volumes: ["data:/1", "./data:/2", "./a.conf:/a.conf:ro", "./A.conf:/b.conf:ro"]}
volumes: {data: {}}
`
	tree := files(map[string]*source.File{"data": {Kind: source.Missing}, "a.conf": text("x"), "A.conf": text("y")})
	move := func(in *Input) {
		moved := func(file string) string { return strings.Replace(file, "/project", "/home/me/elsewhere", 1) }
		in.Project.WorkingDir = moved(in.Project.WorkingDir)
		for _, s := range in.Project.Services {
			for i, v := range s.Volumes {
				s.Volumes[i].Source = moved(v.Source)
			}
		}
		here := source.Files{}
		for name, f := range in.Files {
			here[moved(name)] = f
		}
		in.Files = here
	}
	here, there := podOf(t, convertYAML(t, compose, tree), "a"), podOf(t, convertYAML(t, compose, tree, move), "a")
	if !slices.ContainsFunc(here.Spec.Volumes, func(v corev1.Volume) bool {
		return v.PersistentVolumeClaim != nil && strings.HasPrefix(v.PersistentVolumeClaim.ClaimName, "data-")
	}) || !slices.ContainsFunc(here.Spec.Volumes, func(v corev1.Volume) bool {
		return v.ConfigMap != nil && strings.HasPrefix(v.ConfigMap.Name, "a-a-conf-")
	}) {
		t.Fatalf("no names collide: %+v", here.Spec.Volumes)
	}
	if !equality.Semantic.DeepEqual(here, there) {
		t.Errorf("in another directory:\n%+v\ninstead of\n%+v", there.Spec.Volumes, here.Spec.Volumes)
	}
	whole := "services: {a: {image: example, volumes: [{type: bind, source: ., target: /all, x-kubernetes: {as: pvc}}]}}\n"
	if _, v := mountAt(t, podOf(t, convertYAML(t, whole, move), "a"), "/all"); v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != "shop" {
		t.Errorf("the project itself: %+v", v)
	}
}
