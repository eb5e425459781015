package transform

import (
	"path"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
)

// files adds local files to the input of a test, by their path from the project directory.
func files(entries map[string]*source.File) func(*Input) {
	return func(in *Input) {
		for name, f := range entries {
			in.Files[path.Join("/project", name)] = f
		}
	}
}

func text(content string) *source.File {
	return &source.File{Kind: source.Regular, Data: []byte(content), Size: int64(len(content))}
}

func executable(content string) *source.File {
	f := text(content)
	f.Executable = true
	return f
}

// directory is a local directory; names and files alternate.
func directory(namesAndFiles ...any) *source.File {
	d := &source.File{Kind: source.Directory, IsDir: true}
	for i := 0; i < len(namesAndFiles); i += 2 {
		f := namesAndFiles[i+1].(*source.File)
		d.Entries = append(d.Entries, source.Entry{Path: namesAndFiles[i].(string), File: *f})
		d.Size += f.Size
	}
	return d
}

func missing() *source.File { return &source.File{Kind: source.Missing} }

func podOf(t testing.TB, r Result, deployment string) corev1.PodTemplateSpec {
	t.Helper()
	return find[*appsv1.Deployment](t, r, deployment).Spec.Template
}

// mountAt returns the volumeMount at a path in the first container, and its volume.
func mountAt(t testing.TB, pod corev1.PodTemplateSpec, target string) (corev1.VolumeMount, corev1.Volume) {
	t.Helper()
	for _, m := range pod.Spec.Containers[0].VolumeMounts {
		if m.MountPath != target {
			continue
		}
		for _, v := range pod.Spec.Volumes {
			if v.Name == m.Name {
				return m, v
			}
		}
		t.Fatalf("the mount on %s names the volume %q, which the Pod does not have", target, m.Name)
	}
	t.Fatalf("nothing is mounted on %s: %+v", target, pod.Spec.Containers[0].VolumeMounts)
	return corev1.VolumeMount{}, corev1.Volume{}
}

func TestNamedVolume(t *testing.T) {
	r := convertYAML(t, `
services:
  db:
    image: example
    volumes: ["pg_data:/var/lib/app", "cfg:/etc/app:ro"]
volumes:
  pg_data: {labels: {team: shop}}
  cfg: {}
  unused: {}
`)
	claim := find[*corev1.PersistentVolumeClaim](t, r, "pg-data")
	if got := claim.Spec.AccessModes; len(got) != 1 || got[0] != corev1.ReadWriteOnce {
		t.Errorf("access modes %v, want ReadWriteOnce", got)
	}
	if got := claim.Spec.Resources.Requests.Storage().String(); got != "1Gi" {
		t.Errorf("size %s, want 1Gi", got)
	}
	if claim.Spec.StorageClassName != nil {
		t.Errorf("storage class %q, want the cluster's default", *claim.Spec.StorageClassName)
	}
	if claim.Annotations["team"] != "shop" {
		t.Errorf("annotations %v, want the volume's labels", claim.Annotations)
	}
	pod := podOf(t, r, "db")
	m, v := mountAt(t, pod, "/var/lib/app")
	if v.PersistentVolumeClaim == nil || v.PersistentVolumeClaim.ClaimName != "pg-data" || m.ReadOnly {
		t.Errorf("mount %+v of %+v, want the claim, writable", m, v)
	}
	if m, _ := mountAt(t, pod, "/etc/app"); !m.ReadOnly {
		t.Error("the mount with :ro is writable")
	}
	if has[*corev1.PersistentVolumeClaim](r, "unused") {
		t.Error("a claim is emitted for a volume that nothing mounts")
	}
	finding(t, r, "volume-unused")
}

func TestSubPathsThatLeadUpwards(t *testing.T) {
	for subpath, said := range map[string]bool{"../x": true, "a/../../b": true, "a/..b": false, "/a": false} {
		r := convertYAML(t, "services: {x: {image: a, volumes: [{type: volume, source: data, target: /d, volume: {subpath: '"+subpath+"'}}]}}\nvolumes: {data: {}}\n")
		if hasCode(r, "mount-target") != said {
			t.Errorf("%s: %v", subpath, codes(r))
		}
	}
}

// TestChoicesThatAMountCannotFollow asks with x-kubernetes for what a type of mount cannot become.
func TestChoicesThatAMountCannotFollow(t *testing.T) {
	for mount, want := range map[string]string{
		"{type: volume, source: v, target: /t, x-kubernetes: {as: configmap}}":  "claim",
		"{type: volume, source: v, target: /t, x-kubernetes: {writable: true}}": "claim",
		"{type: volume, source: v, target: /t, x-kubernetes: {as: hostpath}}":   "claim",
		"{type: volume, target: /t, x-kubernetes: {as: secret}}":                "emptydir",
		"{type: tmpfs, target: /t, x-kubernetes: {as: pvc}}":                    "emptydir",
		"{type: cluster, source: v, target: /t, x-kubernetes: {as: emptydir}}":  "claim",
		"{type: volume, source: b, target: /t, x-kubernetes: {as: configmap}}":  "-configmap",
		"{type: volume, source: v, target: /t, x-kubernetes: {as: emptydir}}":   "-emptydir",
		"{type: tmpfs, target: /t, x-kubernetes: {as: emptydir}}":               "-emptydir",
		"{type: volume, target: /t, x-kubernetes: {as: pvc}}":                   "-claim",
	} {
		r := convertYAML(t, "services:\n  web:\n    image: example\n    volumes:\n    - "+mount+`
volumes: {v: {}, b: {driver: local, driver_opts: {type: none, o: bind, device: ./conf.d}}}
`, files(map[string]*source.File{"conf.d": directory("a.conf", text("a"))}))
		kind, follows := strings.CutPrefix(want, "-")
		if got := volumeKind(podOf(t, r, "web")); got != kind {
			t.Errorf("%s becomes %q, want %q", mount, got, kind)
		}
		reported := slices.ContainsFunc(r.Findings, func(f diag.Finding) bool { return f.Code == "mount-as" })
		if reported == follows {
			t.Errorf("%s: mount-as is reported: %t", mount, reported)
		}
	}
}
