package storage

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// driverKind is what the driver options of a volume ask for.
type driverKind uint8

const (
	driverClaim driverKind = iota // an ordinary volume
	driverTmpfs
	driverBind
)

// smbDriver is the CSI driver for SMB shares; no volume plugin in the tree speaks that protocol.
const smbDriver = "smb.csi.k8s.io"

// driverKindOf decides what a volume's driver and its options mean, and returns the Secret with the credentials of a share that
// has any.
//
// The options of Docker's local driver are those of mount(8). What they mount exists already, so a new, empty
// claim would hide data: a share becomes a PersistentVolume, a directory is treated as a bind mount, and what cannot be
// expressed is an error. Other drivers are plugins on the Docker host that no cluster has.
// Source: https://docs.docker.com/reference/cli/docker/volume/create/#opt
func driverKindOf(p *input.Project, n *naming.Names, c *plan.Claim, findings *report.Findings) (kind driverKind, credentials []plan.Secret) {
	at, opts := c.At.Key("driver_opts"), c.Config.DriverOpts
	if driver := c.Config.Driver; driver != "" && driver != "local" {
		if c.Ext.StorageClass == nil {
			findings.Addf("volume-driver", c.At.Key("driver"), "name a storage class for the same storage with x-kubernetes.storageClass, or an existing claim with x-kubernetes.claimName",
				"%s is a plugin of the Docker host; the volume becomes an ordinary claim, which starts empty", driver)
		}
		return driverClaim, credentials
	}
	switch kind := opts["type"]; {
	case kind == "tmpfs":
		return driverTmpfs, nil
	case isBind(c):
		return driverBind, nil
	case kind == "nfs" || kind == "nfs4":
		if c.Share == nil {
			c.Share = nfsVolume(p, n, c, findings)
		}
	case kind == "cifs" || kind == "smb3" || kind == "smbfs":
		if c.Share == nil {
			c.Share, credentials = smbVolume(p, n, c, findings)
		}
	case kind != "" || opts["device"] != "":
		findings.Addf("volume-driver-opts", at, "name an existing claim with x-kubernetes.claimName",
			"a mount of type %q cannot be expressed; an empty claim would hide the data that is there", kind)
	default:
		reportDriverOptions(c, findings)
	}
	return driverClaim, credentials
}

// isBind reports whether the driver options of the volume make it a bind mount.
func isBind(c *plan.Claim) bool {
	opts := c.Config.DriverOpts
	_, bind := mountOption(opts["o"], "bind")
	_, rbind := mountOption(opts["o"], "rbind")
	local := c.Config.Driver == "" || c.Config.Driver == "local"
	return local && (bind || rbind) && opts["device"] != "" && (opts["type"] == "" || opts["type"] == "none" || opts["type"] == "bind")
}

// reportDriverOptions tells of options that only a quota-capable local driver reads.
func reportDriverOptions(c *plan.Claim, findings *report.Findings) {
	for _, key := range sorted.Keys(c.Config.DriverOpts) {
		if _, ok := mountOption(c.Config.DriverOpts["o"], "size"); key == "o" && ok {
			continue
		}
		findings.Addf("volume-driver-option", c.At.Key("driver_opts", key), "", "the driver option %s has no counterpart and is left out", key)
	}
}

// mountOption returns the value of one of the comma-separated options of mount(8), and whether it is there.
func mountOption(options, name string) (string, bool) {
	for option := range strings.SplitSeq(options, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		if key == name {
			return value, true
		}
	}
	return "", false
}

// otherOptions returns the options of mount(8) except the named ones.
func otherOptions(options string, except ...string) []string {
	var rest []string
	for option := range strings.SplitSeq(options, ",") {
		option = strings.TrimSpace(option)
		key, _, _ := strings.Cut(option, "=")
		if option != "" && !slices.Contains(except, key) {
			rest = append(rest, option)
		}
	}
	return rest
}

// share returns the PersistentVolume of one share, bound to its claim and kept when the claim goes, as `docker volume rm`
// keeps the share. It is cluster-scoped, so its name begins with the project's.
func newShare(p *input.Project, n *naming.Names, c *plan.Claim, findings *report.Findings) *plan.Share {
	name := n.Registry.Claim("PersistentVolume", c.Name, names.Normalize(p.Instance()+"-"+c.Name, names.MaxLabel), names.MaxLabel)
	share := &plan.Share{Name: name, Spec: corev1.PersistentVolumeSpec{
		AccessModes:                   []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
		PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
	}}
	if c.Ext.AccessMode != "" {
		share.Spec.AccessModes[0] = corev1.PersistentVolumeAccessMode(c.Ext.AccessMode)
	}
	if namespace := p.Options.Namespace; namespace == "" {
		findings.Addf("volume-unreserved", c.At, "give the namespace with --namespace",
			"without a namespace the PersistentVolume %s cannot be reserved for its claim; a claim of another namespace could take it first", name)
	} else {
		share.Spec.ClaimRef = &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: namespace, Name: c.Name}
	}
	return share
}

// nfsVolume returns the PersistentVolume of an NFS export.
func nfsVolume(p *input.Project, n *naming.Names, c *plan.Claim, findings *report.Findings) *plan.Share {
	opts := c.Config.DriverOpts
	server, export, _ := strings.Cut(opts["device"], ":")
	if strings.HasPrefix(opts["device"], "[") { // an IPv6 address
		if end := strings.Index(opts["device"], "]:"); end > 0 {
			server, export = opts["device"][1:end], opts["device"][end+2:]
		}
	}
	if addr, ok := mountOption(opts["o"], "addr"); ok && addr != "" {
		server = addr
	}
	if server == "" || !strings.HasPrefix(export, "/") {
		findings.Add("volume-driver-opts", c.At.Key("driver_opts"), "the NFS server (addr= in `o`) or the path (`device`) is missing, so the share cannot be mounted",
			"write device: \":/path\" and o: \"addr=server\"")
		return nil
	}
	volume := newShare(p, n, c, findings)
	volume.Spec.NFS = &corev1.NFSVolumeSource{Server: server, Path: path.Clean(export)}
	volume.Spec.MountOptions = otherOptions(opts["o"], "addr", "rw") // ro among them: the kubelet does not read nfs.readOnly of a PersistentVolume
	_, hasVers := mountOption(opts["o"], "vers")
	_, hasNFSVers := mountOption(opts["o"], "nfsvers")
	if opts["type"] == "nfs4" && !hasVers && !hasNFSVers {
		volume.Spec.MountOptions = append(volume.Spec.MountOptions, "nfsvers=4")
	}
	return volume
}

// smbVolume returns the PersistentVolume of an SMB share, through the CSI driver, and puts its credentials into a Secret.
func smbVolume(p *input.Project, n *naming.Names, c *plan.Claim, findings *report.Findings) (*plan.Share, []plan.Secret) {
	opts := c.Config.DriverOpts
	share := strings.ReplaceAll(opts["device"], `\`, "/")
	if !strings.HasPrefix(share, "//") || len(strings.Split(strings.Trim(share, "/"), "/")) < 2 {
		findings.Add("volume-driver-opts", c.At.Key("driver_opts"), "`device` does not name an SMB share, so it cannot be mounted", "write device: \"//server/share\"")
		return nil, nil
	}
	volume := newShare(p, n, c, findings)
	volume.Spec.CSI = &corev1.CSIPersistentVolumeSource{
		Driver:           smbDriver,
		VolumeHandle:     volume.Name,
		VolumeAttributes: map[string]string{"source": share},
	}
	volume.Spec.MountOptions = otherOptions(opts["o"], "addr", "rw", "username", "user", "password", "pass", "domain", "dom", "credentials", "cred")
	credentials := map[string][]byte{}
	for _, option := range []struct{ name, key string }{
		{"user", "username"}, {"username", "username"}, {"pass", "password"}, {"password", "password"}, {"dom", "domain"}, {"domain", "domain"},
	} {
		if value, ok := mountOption(opts["o"], option.name); ok {
			credentials[option.key] = []byte(value)
		}
	}
	var secrets []plan.Secret
	if len(credentials) > 0 {
		secrets = append(secrets, smbCredentials(p, n, c, volume, credentials, findings))
	}
	findings.Addf("volume-smb", c.At, "install the CSI driver "+smbDriver+", or name an existing claim with x-kubernetes.claimName",
		"the SMB share is mounted by the CSI driver %s; without it the Pods hang while they are created", smbDriver)
	return volume, secrets
}

// smbCredentials puts the user and password of a share into a Secret; they would be readable in mountOptions.
func smbCredentials(p *input.Project, n *naming.Names, c *plan.Claim, volume *plan.Share, credentials map[string][]byte, findings *report.Findings) plan.Secret {
	name := n.Registry.Claim("Secret", "smb "+c.Name, names.Normalize(c.Name+"-smb", names.MaxLabel), names.MaxLabel)
	meta := plan.Meta{Name: name, Component: normalLabel(c.Component), Origin: plan.Origin{Paths: []diag.Path{c.At}}}
	reportSecret(p, c.At.Key("driver_opts", "o"), name, strings.Join(sorted.Keys(credentials), ", "), credentials, findings)
	namespace := p.Options.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
		findings.Addf("volume-smb-namespace", c.At, "give the namespace with --namespace",
			"a PersistentVolume names its Secret together with the namespace, which is not known; %s is looked for in %s", name, namespace)
	}
	volume.Spec.CSI.NodeStageSecretRef = &corev1.SecretReference{Name: name, Namespace: namespace}
	return plan.Secret{Meta: meta, Data: credentials}
}

// memoryVolume returns the mount of a named volume that its driver options put into memory.
func memoryVolume(w *workload.Workloads, volumes map[string]*plan.Claim, c *plan.Claim, m plan.Mount, findings *report.Findings) plan.Mount {
	source := &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}
	if size, ok := mountOption(c.Config.DriverOpts["o"], "size"); ok {
		source.SizeLimit = tmpfsSize(size)
	}
	m.Own, m.Volumes = "volume "+c.Name, []corev1.VolumeSource{{EmptyDir: source}}
	if isMountedBySeveralPods(w, volumes, c) {
		findings.Addf("volume-memory-shared", c.At, "take type: tmpfs out of driver_opts, so that it becomes a claim which they share",
			"%s lives in memory, and memory is not shared between Pods: each has its own files, which the others do not see", c.Component)
		return m
	}
	findings.Addf("volume-memory", c.At, "", "%s lives in memory: it is gone with the Pod", c.Component)
	return m
}

// isMountedBySeveralPods reports whether a volume that is no claim is mounted by more than one Pod.
func isMountedBySeveralPods(w *workload.Workloads, volumes map[string]*plan.Claim, c *plan.Claim) bool {
	pods := 0
	for _, b := range w.Pods {
		mounts := func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && volumes[v.Source] == c
		}
		if !slices.ContainsFunc(b.Containers(), func(u *input.Container) bool { return slices.ContainsFunc(u.Spec.Volumes, mounts) }) {
			continue
		}
		if pods++; b.HasReplicas() || b.Kind == workload.DaemonSet {
			pods++
		}
	}
	return pods > 1
}
