package transform

import (
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/names"
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

// driverKind decides what a volume's driver and its options mean.
//
// The options of Docker's local driver are those of mount(8). What they mount exists already, so a new, empty
// claim would hide data: a share becomes a PersistentVolume, a directory is treated as a bind mount, and what cannot be
// expressed is an error. Other drivers are plugins on the Docker host that no cluster has.
// Source: https://docs.docker.com/reference/cli/docker/volume/create/#opt
func (p *project) driverKind(c *claim) driverKind {
	at, opts := c.at.Key("driver_opts"), c.config.DriverOpts
	if driver := c.config.Driver; driver != "" && driver != "local" {
		if c.ext.StorageClass == nil {
			p.reportf("volume-driver", c.at.Key("driver"), "name a storage class for the same storage with x-kubernetes.storageClass, or an existing claim with x-kubernetes.claimName",
				"%s is a plugin of the Docker host; the volume becomes an ordinary claim, which starts empty", driver)
		}
		return driverClaim
	}
	switch kind := opts["type"]; {
	case kind == "tmpfs":
		return driverTmpfs
	case c.isBind():
		return driverBind
	case kind == "nfs" || kind == "nfs4":
		if c.persistent == nil {
			c.persistent = p.nfsVolume(c)
		}
	case kind == "cifs" || kind == "smb3" || kind == "smbfs":
		if c.persistent == nil {
			c.persistent = p.smbVolume(c)
		}
	case kind != "" || opts["device"] != "":
		p.reportf("volume-driver-opts", at, "name an existing claim with x-kubernetes.claimName",
			"a mount of type %q cannot be expressed; an empty claim would hide the data that is there", kind)
	default:
		p.reportDriverOptions(c)
	}
	return driverClaim
}

// isBind reports whether the driver options of the volume make it a bind mount.
func (c *claim) isBind() bool {
	opts := c.config.DriverOpts
	_, bind := mountOption(opts["o"], "bind")
	_, rbind := mountOption(opts["o"], "rbind")
	local := c.config.Driver == "" || c.config.Driver == "local"
	return local && (bind || rbind) && opts["device"] != "" && (opts["type"] == "" || opts["type"] == "none" || opts["type"] == "bind")
}

// reportDriverOptions tells of options that only a quota-capable local driver reads.
func (p *project) reportDriverOptions(c *claim) {
	for _, key := range sortedKeys(c.config.DriverOpts) {
		if _, ok := mountOption(c.config.DriverOpts["o"], "size"); key == "o" && ok {
			continue
		}
		p.reportf("volume-driver-option", c.at.Key("driver_opts", key), "", "the driver option %s has no counterpart and is left out", key)
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

// persistentVolume returns a PersistentVolume for one share, bound to its claim and kept when the claim goes, as `docker
// volume rm` keeps the share. It is cluster-scoped, so its name begins with the project's.
func (p *project) persistentVolume(c *claim) *corev1.PersistentVolume {
	name := p.names.Claim("PersistentVolume", c.name, names.Normalize(p.instance()+"-"+c.name, names.MaxLabel), names.MaxLabel)
	meta := p.objectMeta(name, normalLabel(c.component))
	meta.Namespace = ""
	volume := &corev1.PersistentVolume{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PersistentVolume"}, ObjectMeta: meta}
	volume.Spec = corev1.PersistentVolumeSpec{
		AccessModes:                   []corev1.PersistentVolumeAccessMode{corev1.ReadWriteMany},
		PersistentVolumeReclaimPolicy: corev1.PersistentVolumeReclaimRetain,
	}
	if c.ext.AccessMode != "" {
		volume.Spec.AccessModes[0] = corev1.PersistentVolumeAccessMode(c.ext.AccessMode)
	}
	if p.options.Namespace == "" {
		p.reportf("volume-unreserved", c.at, "give the namespace with --namespace",
			"without a namespace the PersistentVolume %s cannot be reserved for its claim; a claim of another namespace could take it first", name)
	} else {
		volume.Spec.ClaimRef = &corev1.ObjectReference{APIVersion: "v1", Kind: "PersistentVolumeClaim", Namespace: p.options.Namespace, Name: c.name}
	}
	return volume
}

// nfsVolume returns the PersistentVolume of an NFS export.
func (p *project) nfsVolume(c *claim) *corev1.PersistentVolume {
	opts := c.config.DriverOpts
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
		p.report("volume-driver-opts", c.at.Key("driver_opts"), "the NFS server (addr= in `o`) or the path (`device`) is missing, so the share cannot be mounted",
			"write device: \":/path\" and o: \"addr=server\"")
		return nil
	}
	volume := p.persistentVolume(c)
	volume.Spec.NFS = &corev1.NFSVolumeSource{Server: server, Path: path.Clean(export)}
	volume.Spec.MountOptions = otherOptions(opts["o"], "addr", "rw") // ro among them: the kubelet does not read nfs.readOnly of a PersistentVolume
	_, hasVers := mountOption(opts["o"], "vers")
	_, hasNFSVers := mountOption(opts["o"], "nfsvers")
	if opts["type"] == "nfs4" && !hasVers && !hasNFSVers {
		volume.Spec.MountOptions = append(volume.Spec.MountOptions, "nfsvers=4")
	}
	return volume
}

// smbVolume returns the PersistentVolume of an SMB share, through the CSI driver, and emits its credentials as a Secret.
func (p *project) smbVolume(c *claim) *corev1.PersistentVolume {
	opts := c.config.DriverOpts
	share := strings.ReplaceAll(opts["device"], `\`, "/")
	if !strings.HasPrefix(share, "//") || len(strings.Split(strings.Trim(share, "/"), "/")) < 2 {
		p.report("volume-driver-opts", c.at.Key("driver_opts"), "`device` does not name an SMB share, so it cannot be mounted", "write device: \"//server/share\"")
		return nil
	}
	volume := p.persistentVolume(c)
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
	if len(credentials) > 0 {
		p.smbCredentials(c, volume, credentials)
	}
	p.reportf("volume-smb", c.at, "install the CSI driver "+smbDriver+", or name an existing claim with x-kubernetes.claimName",
		"the SMB share is mounted by the CSI driver %s; without it the Pods hang while they are created", smbDriver)
	return volume
}

// smbCredentials puts the user and password of a share into a Secret; they would be readable in mountOptions.
func (p *project) smbCredentials(c *claim, volume *corev1.PersistentVolume, credentials map[string][]byte) {
	name := p.names.Claim("Secret", "smb "+c.name, names.Normalize(c.name+"-smb", names.MaxLabel), names.MaxLabel)
	p.emitSecret(p.objectMeta(name, normalLabel(c.component)), credentials)
	p.reportSecret(c.at.Key("driver_opts", "o"), name, strings.Join(sortedKeys(credentials), ", "), credentials)
	namespace := p.options.Namespace
	if namespace == "" {
		namespace = metav1.NamespaceDefault
		p.reportf("volume-smb-namespace", c.at, "give the namespace with --namespace",
			"a PersistentVolume names its Secret together with the namespace, which is not known; %s is looked for in %s", name, namespace)
	}
	volume.Spec.CSI.NodeStageSecretRef = &corev1.SecretReference{Name: name, Namespace: namespace}
}

// memoryVolume returns the mount of a named volume that its driver options put into memory.
func (u *unit) memoryVolume(c *claim, m mount) mount {
	source := &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory}
	if size, ok := mountOption(c.config.DriverOpts["o"], "size"); ok {
		source.SizeLimit = tmpfsSize(size)
	}
	m.own, m.volumes = "volume "+c.name, []corev1.VolumeSource{{EmptyDir: source}}
	if u.isMountedBySeveralPods(c) {
		u.reportf("volume-memory-shared", c.at, "take type: tmpfs out of driver_opts, so that it becomes a claim which they share",
			"%s lives in memory, and memory is not shared between Pods: each has its own files, which the others do not see", c.component)
		return m
	}
	u.reportf("volume-memory", c.at, "", "%s lives in memory: it is gone with the Pod", c.component)
	return m
}

// isMountedBySeveralPods reports whether a volume that is no claim is mounted by more than one Pod.
func (p *project) isMountedBySeveralPods(c *claim) bool {
	pods := 0
	for _, b := range p.pods {
		mounts := func(v types.ServiceVolumeConfig) bool {
			return v.Type == types.VolumeTypeVolume && p.storage.volumes[v.Source] == c
		}
		if !slices.ContainsFunc(p.storage.units[b], func(u *unit) bool { return slices.ContainsFunc(u.spec.Volumes, mounts) }) {
			continue
		}
		if pods++; b.hasReplicas() || b.main.kind == kindDaemonSet {
			pods++
		}
	}
	return pods > 1
}
