package storage

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/workload"
)

// nameClaims makes a claim for every top-level volume; those that nothing mounts are dropped later.
//
// A volume is called <project>_<key> on Docker unless it has a name of its own; a namespace takes the place of the project,
// so the key is enough. Names that Docker uses as they are (external volumes, `name`) are kept as far as a
// Kubernetes name can keep them, and two volumes with one such name are one volume.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/07-volumes.md,
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/
func (d *decider) nameClaims() map[string]*plan.Claim {
	volumes := d.project.Compose.Volumes
	all := map[string]*plan.Claim{}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(volumes)) {
		v, ext, at := volumes[key], d.project.Ext.Volumes[key], diag.At("volumes", key)
		c := &plan.Claim{Component: key, At: at, Config: v, Ext: ext, Existing: bool(v.External) || ext.ClaimName != ""}
		identity := key
		switch {
		case ext.ClaimName != "":
			identity = "claim " + ext.ClaimName
			c.Name = d.names.Registry.Claim("PersistentVolumeClaim", identity, ext.ClaimName, names.MaxLabel)
		case bool(v.External) || d.project.Wrote(at.Key("name")):
			identity = "volume " + v.Name
			c.Name = d.names.Registry.Claim("PersistentVolumeClaim", identity, names.Normalize(v.Name, names.MaxLabel), names.MaxLabel)
		default:
			keys = append(keys, key)
		}
		if same := d.claims[identity]; same != nil {
			c = same
		}
		d.claims[identity], all[key] = c, c
	}
	d.names.Registry.Assign("PersistentVolumeClaim", normalLabel, names.MaxLabel, keys...)
	for _, key := range keys {
		d.claims[key].Name = d.names.Registry.Name("PersistentVolumeClaim", key)
	}
	return all
}

func normalLabel(name string) string { return names.Normalize(name, names.MaxLabel) }

// namedVolume returns the mount of a top-level volume.
//
// On Docker a named volume is a directory of the one host: unlimited, shared by whoever mounts it, filled from the image
// when it is new, there until somebody removes it. A claim is the nearest thing that outlives a Pod.
func (d *decider) namedVolume(u *input.Container, i int, v types.ServiceVolumeConfig, own extension.Mount) (plan.Mount, bool) {
	at := u.At.Key("volumes").Index(i)
	d.used["volumes."+v.Source] = true
	m := plan.Mount{ReadOnly: v.ReadOnly, Wish: v.Source, Inherited: true}
	if own.As == "emptydir" {
		m.Own, m.Volumes = "volume "+v.Source, []corev1.VolumeSource{{EmptyDir: &corev1.EmptyDirVolumeSource{}}}
		return m, true
	}
	c := d.volumes[v.Source]
	if c == nil { // the loader refuses volumes that are not declared, except in pre_start hooks
		d.findings.Addf("volume-undeclared", at, "declare it under the top-level volumes", "the volume %s is not declared; the mount is left out", v.Source)
		return plan.Mount{}, false
	}
	if !c.Existing {
		switch d.driverKind(c) {
		case driverTmpfs:
			if v.Volume != nil && v.Volume.Subpath != "" {
				d.findings.Addf("mount-target", at.Key("volume", "subpath"), "leave the sub-path out", "%s is new memory, which has no directory %s: Docker fails to start the container; the whole volume is mounted", v.Source, v.Volume.Subpath)
			}
			return d.memoryVolume(u, c, m), true
		case driverBind:
			b := asBind(d.project, u, d.translated(v), own)
			m, ok := d.bind(u, at, d.translated(v), *d.binds.decisions[u][i], own)
			// It is still a volume: an empty one is filled from the image.
			m.CopyUp = m.Claim != nil && b.isEmpty() && (v.Volume == nil || !v.Volume.NoCopy)
			return m, ok
		}
	}
	m.Claim = c
	m.CopyUp = v.Volume == nil || !v.Volume.NoCopy
	if v.Volume != nil {
		m.SubPath = d.subPath(u, at, v.Volume.Subpath)
		for _, key := range slices.Sorted(maps.Keys(v.Volume.Labels)) {
			if c.Labels == nil {
				c.Labels = map[string]string{}
			}
			c.Labels[key] = v.Volume.Labels[key]
		}
	}
	m.SubPath = path.Join(c.Ext.SubPath, m.SubPath)
	return m, true
}

// subPath returns a path within a volume as Kubernetes wants it: relative, and never upwards.
func (d *decider) subPath(u *input.Container, at diag.Path, p string) string {
	if p == "" {
		return ""
	}
	if slices.Contains(strings.Split(p, "/"), "..") {
		d.findings.Addf("mount-target", at, "name a directory of the volume", "the sub-path %q leads upwards, which Docker refuses: %s is mounted", p, path.Clean("/"+p))
	}
	return strings.TrimPrefix(path.Clean("/"+p), "/")
}

// chooseAccessMode decides how a claim may be mounted, now that all its users are known.
//
// Everything that shares a volume on Docker runs on one host. ReadWriteOnce lets many Pods write as long as they are on one
// node, which is that very thing, so sharers are kept together; ReadWriteMany would ask for a storage class that few
// clusters have. A DaemonSet is on all nodes by its nature, so its claim must be ReadWriteMany.
// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
func (d *decider) chooseAccessMode(c *plan.Claim) {
	if len(c.Users) == 0 {
		return
	}
	if c.Existing {
		d.findings.Addf("volume-external", c.At, "make it before the Pods start; x-kubernetes: {claimName: …} if it is called otherwise", "the Pods expect a claim called %s", c.Name)
	}
	pods, daemon := c.Pods(), false
	shared := len(pods) > 1
	for _, b := range pods {
		shared = shared || b.HasReplicas()
		daemon = daemon || b.Kind == workload.DaemonSet
	}
	switch {
	case c.Ext.AccessMode != "":
		c.Mode = corev1.PersistentVolumeAccessMode(c.Ext.AccessMode)
	case c.Existing:
	case c.Share != nil:
		c.Mode = corev1.ReadWriteMany
	case daemon:
		c.Mode = corev1.ReadWriteMany
		d.findings.Addf("volume-every-node", c.At, "choose a storage class that can be mounted on many nodes, or give the data another place",
			"%s is mounted on every node by %s, so its claim asks for ReadWriteMany, which many storage classes do not have", c.Component, strings.Join(c.Services(), ", "))
	case shared && d.project.Options.SharedVolumes == "rwx":
		c.Mode = corev1.ReadWriteMany
	default:
		c.Mode = corev1.ReadWriteOnce
	}
	c.Colocated = shared && !daemon && (c.Mode == corev1.ReadWriteOnce || c.Mode == "" && !c.Existing)
	if c.Colocated {
		d.findings.Addf("volume-shared", c.At, "--shared-volumes=rwx lets them run on any node if the storage class can do it",
			"%s is shared by the Pods of %s, which are kept on one node", c.Component, strings.Join(c.Services(), ", "))
	}
	if !c.Existing && c.Share == nil {
		c.Root = dataRoot(c)
	}
}

// databaseDirectories are where the usual databases keep their files, whatever the image is called, of those that refuse a
// directory with lost+found in it. Sources: https://www.postgresql.org/docs/current/creating-cluster.html (initdb),
// https://dev.mysql.com/doc/refman/8.4/en/data-directory-initialization.html, https://kafka.apache.org/documentation/ (log.dirs).
var databaseDirectories = []string{
	"/var/lib/postgresql/data", "/var/lib/pgsql/data", "/var/lib/mysql", "/var/lib/mariadb", "/var/lib/percona", "/var/lib/kafka/data", "/var/lib/kafka",
	"/kafka", "/tmp/kafka-logs", "/tmp/kraft-combined-logs", "/bitnami/kafka/data",
}

// databaseVariables name the directory of such a database.
var databaseVariables = []string{"PGDATA", "MYSQL_DATADIR", "MYSQL_DATA_DIR", "MARIADB_DATA_DIR", "KAFKA_LOG_DIRS", "KAFKA_LOG_DIR", "KAFKA_CFG_LOG_DIRS"}

// isDatabaseDirectory reports whether a database that wants an empty directory starts in the target of a mount.
func isDatabaseDirectory(u *input.Container, target string) bool {
	moved := false
	for _, name := range databaseVariables {
		if value := u.Spec.Environment[name]; value != nil && *value != "" {
			moved = true
			if slices.Contains(strings.Split(*value, ","), target) {
				return true
			}
		}
	}
	return !moved && slices.Contains(databaseDirectories, target)
}

// dataRoot returns the directory of a new claim that is mounted instead of its root.
//
// The root of a freshly formatted ext4 volume holds lost+found. A Docker volume is an empty directory, and some
// databases insist on one: initdb refuses to run, Kafka takes every directory for a partition. A directory of the claim
// is as empty as Docker's volume. It is used for those programs only: elsewhere lost+found is in nobody's way, and data that
// sits in the root is easier to find for people. All users of the claim see the same directory.
func dataRoot(c *plan.Claim) string {
	for _, user := range c.Users {
		if slices.Contains(user.Container.EmptyDirectories(), user.Target) || isDatabaseDirectory(user.Container, user.Target) {
			return "data"
		}
	}
	return ""
}

// claimSize returns how much storage a claim asks for. A Docker volume has no size unless its driver sets a quota, a claim must
// have one.
func (d *decider) claimSize(c *plan.Claim) resource.Quantity {
	if c.Ext.Size != nil {
		return *c.Ext.Size
	}
	if size, ok := mountOption(c.Config.DriverOpts["o"], "size"); ok {
		var bytes types.UnitBytes
		if err := bytes.DecodeMapstructure(size); err == nil && bytes > 0 {
			return *resource.NewQuantity(int64(bytes), resource.BinarySI)
		}
	}
	size, err := resource.ParseQuantity(d.project.Options.VolumeSize)
	if err != nil || size.Sign() <= 0 {
		d.findings.Addf("volume-size", nil, "use a quantity such as 10Gi", "%q is not a size of a volume; 1Gi is used", d.project.Options.VolumeSize)
		size = resource.MustParse("1Gi")
	}
	if c.Share != nil { // a number without a meaning: a share is as large as it is
		return size
	}
	code := "volume-size-default"
	if slices.ContainsFunc(c.Users, func(user plan.ClaimUser) bool {
		return isDatabaseDirectory(user.Container, user.Target) || databaseTarget.MatchString(user.Target)
	}) {
		code = "volume-size-database"
	}
	d.findings.Addf(code, c.At, "--volume-size, or x-kubernetes: {size: 10Gi} on the volume",
		"the claim %s asks for %s; on Docker the volume has no limit", c.Name, size.String())
	return size
}
