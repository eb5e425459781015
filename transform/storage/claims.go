package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/storage/binds"
	"github.com/transship/transship/transform/storage/databases"
	"github.com/transship/transship/transform/workload"
)

// namedVolume returns the mount of a top-level volume.
//
// On Docker a named volume is a directory of the one host: unlimited, shared by whoever mounts it, filled from the image
// when it is new, there until somebody removes it. A claim is the nearest thing that outlives a Pod.
func (d *mounting) namedVolume(u *input.Container, i int, v types.ServiceVolumeConfig, own extension.Mount) (plan.Mount, bool) {
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
		kind, credentials := driverKindOf(d.project, d.names, c, d.findings)
		d.secrets = append(d.secrets, credentials...)
		switch kind {
		case driverTmpfs:
			if v.Volume != nil && v.Volume.Subpath != "" {
				d.findings.Addf("mount-target", at.Key("volume", "subpath"), "leave the sub-path out", "%s is new memory, which has no directory %s: Docker fails to start the container; the whole volume is mounted", v.Source, v.Volume.Subpath)
			}
			return memoryVolume(d.workloads, d.volumes, c, m, d.findings), true
		case driverBind:
			b := binds.Of(d.project, u, translated(d.volumes, v), own)
			m, ok := d.binds.bind(u, at, translated(d.volumes, v), d.binds.Decision(u, i), own)
			// It is still a volume: an empty one is filled from the image.
			m.CopyUp = m.Claim != nil && b.IsEmpty() && (v.Volume == nil || !v.Volume.NoCopy)
			return m, ok
		}
	}
	m.Claim = c
	m.CopyUp = v.Volume == nil || !v.Volume.NoCopy
	if v.Volume != nil {
		m.SubPath = subPath(at, v.Volume.Subpath, d.findings)
		for _, key := range sorted.Keys(v.Volume.Labels) {
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
func subPath(at diag.Path, p string, findings *report.Findings) string {
	if p == "" {
		return ""
	}
	if slices.Contains(strings.Split(p, "/"), "..") {
		findings.Addf("mount-target", at, "name a directory of the volume", "the sub-path %q leads upwards, which Docker refuses: %s is mounted", p, path.Clean("/"+p))
	}
	return strings.TrimPrefix(path.Clean("/"+p), "/")
}

// holdsSockets reports whether a claim is mounted where programs have their sockets.
func holdsSockets(c *plan.Claim) bool {
	return slices.ContainsFunc(c.Users, func(user plan.ClaimUser) bool {
		return source.Within(user.Target, "/run") || source.Within(user.Target, "/var/run")
	})
}

// chooseAccessMode decides how a claim may be mounted, now that all its users are known.
//
// Everything that shares a volume on Docker runs on one host. ReadWriteOnce lets many Pods write as long as they are on one
// node, which is that very thing, so sharers are kept together; ReadWriteMany would ask for a storage class that few
// clusters have. A DaemonSet is on all nodes by its nature, so its claim must be ReadWriteMany.
// Source: https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes
func chooseAccessMode(p *input.Project, c *plan.Claim, findings *report.Findings) {
	if len(c.Users) == 0 {
		return
	}
	if c.Existing && c.Ext.ClaimName == "" && dataRoot(c) != "" {
		findings.Addf("volume-external", c.At, "make it before the Pods start; where it is new, keep the data in a directory below the mount, as with PGDATA of PostgreSQL; x-kubernetes: {claimName: …} if it is called otherwise",
			"the Pods expect a claim called %s: a new one may have lost+found in it, where a program of theirs wants an empty directory", c.Name)
	} else if c.Existing {
		findings.Addf("volume-external", c.At, "make it before the Pods start; x-kubernetes: {claimName: …} if it is called otherwise", "the Pods expect a claim called %s", c.Name)
	}
	pods, daemon := c.Pods(), false
	shared := len(pods) > 1
	for _, b := range pods {
		shared = shared || b.HasReplicas()
		daemon = daemon || b.Kind == workload.DaemonSet
	}
	for _, user := range c.Users {
		if user.Pod.HasReplicas() && user.Pod.Kind != workload.DaemonSet && !user.ReadOnly && (databases.IsUsual(user.Target) || databases.IsDirectory(user.Container, user.Target) || databases.IsStore(user.Container) && databases.MayKeep(user.Container, user.Target)) {
			findings.Addf("database-replicas", c.At, "write a service for each member, with a volume of its own; or deploy: {replicas: 1}",
				"all Pods of %s share one volume, and a database keeps its files to itself: all but the first fail. Each node of a Swarm has a volume of its own", user.Container.Service.Name)
			break
		}
	}
	switch {
	case c.Ext.AccessMode != "":
		c.Mode = corev1.PersistentVolumeAccessMode(c.Ext.AccessMode)
	case c.Existing:
	case c.Share != nil:
		c.Mode = corev1.ReadWriteMany
	case daemon:
		c.Mode = corev1.ReadWriteMany
		findings.Addf("volume-every-node", c.At, "for one on each node mount a directory of the node: x-kubernetes: {as: hostpath} on a bind mount; else choose a storage class that can be mounted on many nodes",
			"%s is one volume for the Pods of %s on all nodes, where every node of a Swarm has its own; its claim asks for ReadWriteMany, which many storage classes do not have", c.Component, strings.Join(c.Services(), ", "))
	case shared && p.Options.SharedVolumes == "rwx" && !holdsSockets(c):
		c.Mode = corev1.ReadWriteMany
	default:
		c.Mode = corev1.ReadWriteOnce
	}
	c.Colocated = shared && !daemon && (c.Mode == corev1.ReadWriteOnce || c.Mode == "" && !c.Existing)
	switch {
	case c.Colocated && holdsSockets(c):
		findings.Addf("volume-shared", c.At, "x-kubernetes: {accessMode: ReadWriteMany} on the volume lets them run on any node, if it holds no sockets",
			"%s is shared by the Pods of %s, which are kept on one node: a socket connects programs of one node only", c.Name, strings.Join(c.Services(), ", "))
	case c.Colocated:
		findings.Addf("volume-shared", c.At, "--shared-volumes=rwx lets them run on any node if the storage class can do it",
			"%s is shared by the Pods of %s, which are kept on one node", c.Name, strings.Join(c.Services(), ", "))
	}
	if !c.Existing && c.Share == nil {
		c.Root = dataRoot(c)
	}
}

// dataRoot returns the directory of a new claim that is mounted instead of its root.
//
// The root of a freshly formatted ext4 volume holds lost+found. A Docker volume is an empty directory, and some
// databases insist on one: initdb refuses to run, Kafka takes every directory for a partition. Scripts ask as well whether a directory is
// empty, and git clones into no other. A directory of the claim is as empty as Docker's volume. It is used for those programs only: elsewhere lost+found is in nobody's way, and data that
// sits in the root is easier to find for people. All users of the claim see the same directory.
func dataRoot(c *plan.Claim) string {
	for _, user := range c.Users {
		u := user.Container
		if slices.Contains(u.EmptyDirectories(), user.Target) || databases.IsDirectory(u, user.Target) || databases.AsksForEmptiness(u, user.Target) {
			return "data"
		}
	}
	return ""
}

// refusesWhenFull matches where programs keep their data that take nothing more when little space is left, as their settings say it: RabbitMQ.
// Source: https://www.rabbitmq.com/docs/disk-alarms
var refusesWhenFull = pattern.New(`^(/var/lib|/bitnami)/rabbitmq(/|$)`).Starting("/")

// claimSize returns how much storage a claim asks for. A Docker volume has no size unless its driver sets a quota, a claim must
// have one.
func claimSize(p *input.Project, c *plan.Claim, findings *report.Findings) resource.Quantity {
	if c.Ext.Size != nil {
		return *c.Ext.Size
	}
	if size, ok := mountOption(c.Config.DriverOpts["o"], "size"); ok {
		var bytes types.UnitBytes
		if err := bytes.DecodeMapstructure(size); err == nil && bytes > 0 {
			return *resource.NewQuantity(int64(bytes), resource.BinarySI)
		}
	}
	if size, err := resource.ParseQuantity(p.Options.VolumeSize); err == nil {
		return size
	}
	size := resource.MustParse("1Gi")
	if c.Share != nil { // a number without a meaning: a share is as large as it is
		return size
	}
	code := "volume-size-default"
	if slices.ContainsFunc(c.Users, func(user plan.ClaimUser) bool {
		return databases.IsDirectory(user.Container, user.Target) || databases.IsUsual(user.Target) || refusesWhenFull.MatchString(user.Target)
	}) {
		code = "volume-size-database"
	}
	help := "--volume-size=10Gi, for all volumes without a size of their own"
	if c.At[0] == "volumes" {
		help = "--volume-size=10Gi, or x-kubernetes: {size: 10Gi} on the volume"
	}
	findings.Addf(code, c.At, help,
		"the claim %s asks for %s; on Docker the volume has no limit", c.Name, size.String())
	return size
}
