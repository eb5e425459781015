package transform

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/report"
)

func TestTmpfs(t *testing.T) {
	for name, c := range map[string]struct{ service, target, size, codes string }{
		"plain":                {"tmpfs: /run", "/run", "", ""},
		"size":                 {"tmpfs: ['/run:size=64m,mode=1777']", "/run", "64Mi", ""},
		"size in bytes":        {"tmpfs: ['/run:rw,size=1048576']", "/run", "1Mi", ""},
		"size in percent":      {"tmpfs: ['/run:size=50%']", "/run", "", "info tmpfs-option"},
		"owner":                {"tmpfs: ['/run:uid=1000,gid=1000']", "/run", "", "info tmpfs-option, info tmpfs-option"},
		"mode":                 {"tmpfs: ['/run:mode=700']", "/run", "", "warning tmpfs-mode"},
		"noexec":               {"tmpfs: ['/run:noexec']", "/run", "", "info tmpfs-option"},
		"long form":            {"volumes: [{type: tmpfs, target: /cache, tmpfs: {size: 100m, mode: 0o777}}]", "/cache", "100Mi", ""},
		"long form, mode":      {"volumes: [{type: tmpfs, target: /cache, tmpfs: {mode: 0o700}}]", "/cache", "", "warning tmpfs-mode"},
		"long form, decimal":   {"volumes: [{type: tmpfs, target: /cache, tmpfs: {mode: 1777}}]", "/cache", "", "warning mode-decimal"},
		"shm_size":             {"shm_size: 256m", "/dev/shm", "256Mi", ""},
		"shm_size of the node": {"shm_size: 256m, ipc: host", "", "", "info shm-size"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: {image: example, "+c.service+"}\n")
			if c.target != "" {
				_, v := mountAt(t, podOf(t, r, "web"), c.target)
				if v.EmptyDir == nil || v.EmptyDir.Medium != corev1.StorageMediumMemory {
					t.Fatalf("%+v is not in memory", v.VolumeSource)
				}
				size := ""
				if v.EmptyDir.SizeLimit != nil {
					size = v.EmptyDir.SizeLimit.String()
				}
				if size != c.size {
					t.Errorf("size %q, want %q", size, c.size)
				}
			} else if len(podOf(t, r, "web").Spec.Volumes) > 0 {
				t.Error("something is mounted")
			}
			var found []string
			for _, f := range r.Findings {
				if f.Code != "image-unread" && slices.ContainsFunc(report.StorageCodes, func(code Code) bool { return code.Name == f.Code }) {
					found = append(found, f.Severity.String()+" "+f.Code)
				}
			}
			if got := strings.Join(found, ", "); got != c.codes {
				t.Errorf("found %q, want %q", got, c.codes)
			}
		})
	}
}

func TestSharedMemoryOfAnotherService(t *testing.T) {
	r := convertYAML(t, `
services:
  owner: {image: example, ipc: shareable, shm_size: 256m}
  joiner: {image: example, ipc: "service:owner", shm_size: 1g}
  apart: {image: example, network_mode: "service:owner"}
`)
	pod := podOf(t, r, "owner")
	_, v := mountAt(t, pod, "/dev/shm")
	if v.EmptyDir == nil || v.EmptyDir.SizeLimit.String() != "256Mi" || len(pod.Spec.Volumes) != 1 {
		t.Errorf("the Pod has the volumes %+v", pod.Spec.Volumes)
	}
	for name, mounts := range map[string]int{"owner": 1, "joiner": 1, "apart": 0} {
		i := slices.IndexFunc(pod.Spec.Containers, func(c corev1.Container) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("no container %s", name)
		}
		if got := pod.Spec.Containers[i].VolumeMounts; len(got) != mounts {
			t.Errorf("%s mounts %+v", name, got)
		}
	}
	if f := finding(t, r, "shm-size"); f.Path.String() != "services.joiner.shm_size" {
		t.Errorf("reported at %s", f.Path)
	}
}

// TestMountsOnSharedMemoryReplaceShmSize follows Docker, which leaves its own /dev/shm out where the user mounts one.
func TestMountsOnSharedMemoryReplaceShmSize(t *testing.T) {
	for _, other := range []string{"tmpfs: ['/dev/shm:size=2g']", "volumes: [{type: tmpfs, target: /dev/shm, tmpfs: {size: 2g}}]"} {
		r := convertYAML(t, "services:\n  web: {image: example, shm_size: 1g, "+other+"}\n")
		if _, v := mountAt(t, podOf(t, r, "web"), "/dev/shm"); v.EmptyDir.SizeLimit.String() != "2Gi" {
			t.Errorf("%s: /dev/shm has %s", other, v.EmptyDir.SizeLimit)
		}
		finding(t, r, "shm-size")
	}
	r := convertYAML(t, "services:\n  web: {image: example, shm_size: 1g, volumes: ['/dev/shm:/dev/shm']}\n")
	if _, v := mountAt(t, podOf(t, r, "web"), "/dev/shm"); v.EmptyDir == nil || v.EmptyDir.SizeLimit.String() != "1Gi" {
		t.Errorf("without the host's /dev/shm it is %+v", v)
	}
}

func TestTmpfsOnRoot(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, tmpfs: [/, /..]}\n")
	if mounts := podOf(t, r, "web").Spec.Containers[0].VolumeMounts; len(mounts) != 0 {
		t.Errorf("mounted: %+v", mounts)
	}
	finding(t, r, "mount-target")
}

func TestVolumeInMemoryIsNotShared(t *testing.T) {
	for services, code := range map[string]string{
		"a: {image: example, volumes: ['tm:/tm']}":                                                         "volume-memory",
		"a: {image: example, volumes: ['tm:/tm', 'tm:/again']}":                                            "volume-memory",
		"a: {image: example, volumes: ['tm:/tm']}, b: {image: example, volumes: ['tm:/tm:ro']}":            "volume-memory-shared",
		"a: {image: example, volumes: ['tm:/tm'], scale: 2}":                                               "volume-memory-shared",
		"a: {image: x, volumes: ['tm:/tm']}, b: {image: x, volumes: ['tm:/x'], network_mode: 'service:a'}": "volume-memory",
	} {
		r := convertYAML(t, "services: {"+services+"}\nvolumes: {tm: {driver_opts: {type: tmpfs, device: tmpfs}}}\n")
		if f := finding(t, r, code); f.Path.String() != "volumes.tm" {
			t.Errorf("%s: reported at %s", services, f.Path)
		}
	}
}

func TestTwoMountsOnOneTarget(t *testing.T) {
	r := convertYAML(t, "services:\n  web: {image: example, volumes: ['vol:/data'], configs: [{source: conf, target: /data}]}\nvolumes: {vol: {}}\nconfigs: {conf: {content: x}}\n")
	if _, v := mountAt(t, podOf(t, r, "web"), "/data"); v.ConfigMap == nil {
		t.Errorf("the first of two mounts wins: %+v", v.VolumeSource)
	}
	if f := finding(t, r, "mount-twice"); f.Path.String() != "services.web.volumes[0]" {
		t.Errorf("reported at %s", f.Path)
	}
	if has[*corev1.PersistentVolumeClaim](r, "vol") {
		t.Error("a claim is emitted that nothing mounts")
	}
}
