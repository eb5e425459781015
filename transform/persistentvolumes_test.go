package transform

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestNFS(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, volumes: ["media:/media"]}
volumes:
  media: {driver_opts: {type: nfs, o: "addr=10.0.0.5,nfsvers=4,ro,soft", device: ":/export/media"}}
`, func(in *Input) { in.Options.Namespace = "prod" })
	pv := find[*corev1.PersistentVolume](t, r, "shop-media")
	if pv.Spec.NFS == nil || pv.Spec.NFS.Server != "10.0.0.5" || pv.Spec.NFS.Path != "/export/media" {
		t.Errorf("%+v", pv.Spec.NFS)
	}
	if !slices.Equal(pv.Spec.MountOptions, []string{"nfsvers=4", "ro", "soft"}) { // a kubelet ignores nfs.readOnly of a PersistentVolume
		t.Errorf("mount options %v", pv.Spec.MountOptions)
	}
	if pv.Namespace != "" || pv.Spec.ClaimRef == nil || pv.Spec.ClaimRef.Namespace != "prod" || pv.Spec.ClaimRef.Name != "media" {
		t.Errorf("namespace %q, reserved for %+v", pv.Namespace, pv.Spec.ClaimRef)
	}
	if pv.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain || pv.Spec.Capacity.Storage().IsZero() {
		t.Errorf("%+v", pv.Spec)
	}
	claim := find[*corev1.PersistentVolumeClaim](t, r, "media")
	if claim.Spec.VolumeName != "shop-media" || claim.Spec.StorageClassName == nil || *claim.Spec.StorageClassName != "" || claim.Spec.AccessModes[0] != corev1.ReadWriteMany {
		t.Errorf("%+v", claim.Spec)
	}
	if affinityTo(podOf(t, r, "web"), "media") {
		t.Error("a share can be mounted anywhere")
	}
}

func TestNFSWithoutNamespace(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, volumes: ["media:/media"]}
volumes:
  media: {driver_opts: {type: nfs4, o: "rw", device: "nas.local:/export"}}
`)
	pv := find[*corev1.PersistentVolume](t, r, "shop-media")
	if pv.Spec.NFS.Server != "nas.local" || pv.Spec.ClaimRef != nil || !slices.Equal(pv.Spec.MountOptions, []string{"nfsvers=4"}) {
		t.Errorf("%+v", pv.Spec)
	}
	finding(t, r, "volume-unreserved")
}

func TestSMB(t *testing.T) {
	r := convertYAML(t, `
services:
  web: {image: example, volumes: ["files:/files"]}
volumes:
  files: {driver_opts: {type: cifs, o: "username=bob,password=pa=ss,uid=1000,vers=3.0,ro", device: "//nas/share"}}
`, func(in *Input) { in.Options.Namespace = "prod" })
	pv := find[*corev1.PersistentVolume](t, r, "shop-files")
	csi := pv.Spec.CSI
	if csi == nil || csi.Driver != "smb.csi.k8s.io" || csi.VolumeAttributes["source"] != "//nas/share" || csi.NodeStageSecretRef.Name != "files-smb" || csi.NodeStageSecretRef.Namespace != "prod" {
		t.Fatalf("%+v", csi)
	}
	if !slices.Equal(pv.Spec.MountOptions, []string{"uid=1000", "vers=3.0", "ro"}) {
		t.Errorf("mount options %v: who has the credentials in them can be read by everybody", pv.Spec.MountOptions)
	}
	secret := find[*corev1.Secret](t, r, "files-smb")
	if string(secret.Data["username"]) != "bob" || string(secret.Data["password"]) != "pa=ss" {
		t.Errorf("credentials %v", secret.Data)
	}
	finding(t, r, "volume-smb")
}

func TestDriverOptions(t *testing.T) {
	for name, c := range map[string]struct{ opts, code string }{
		"unknown type":      {"{type: glusterfs, device: 'x:/y'}", "volume-driver-opts"},
		"block device":      {"{type: ext4, device: /dev/sdb1}", "volume-driver-opts"},
		"nfs without addr":  {"{type: nfs, device: ':/x'}", "volume-driver-opts"},
		"cifs without path": {"{type: cifs, device: //nas}", "volume-driver-opts"},
		"tmpfs":             {"{type: tmpfs, device: tmpfs, o: 'size=10m'}", "volume-memory"},
		"something else":    {"{foo: bar}", "volume-driver-option"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  web: {image: example, volumes: ['vol:/v']}\nvolumes: {vol: {driver_opts: "+c.opts+"}}\n")
			finding(t, r, c.code)
			_, v := mountAt(t, podOf(t, r, "web"), "/v")
			if inMemory := v.EmptyDir != nil && v.EmptyDir.SizeLimit.String() == "10Mi"; inMemory != (c.code == "volume-memory") {
				t.Errorf("%+v", v.VolumeSource)
			}
		})
	}
}
