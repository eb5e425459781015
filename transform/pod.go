package transform

import (
	"maps"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// pod is one Pod template on its way. There is one builder for every kind of workload; what differs between kinds is
// around the template, not in it.
type pod struct {
	*project
	main        *service   // gives the workload its name
	members     []*service // main first, then the services that share its Pod, by name
	spec        corev1.PodSpec
	labels      map[string]string
	annotations map[string]string
	checksums   map[string]map[string][]byte // of what the Pod mounts: by annotation, then by the kind of the object
	volumes     *names.Registry
	object      int               // place of the workload among the objects (emitWorkload)
	neededFirst map[*service]bool // which members others start after, as far as it was asked
}

// unit is one container on its way: of a service or job, or of a pre_start hook.
type unit struct {
	*service // whose container it is, or whose hook
	pod      *pod
	at       diag.Path            // services.web, jobs.backup, services.web.pre_start[0]
	spec     *types.ContainerSpec // what the container is made from
	hook     bool                 // a pre_start hook: an initContainer without ports, probes and lifecycle
	label    string               // container name

	fromSecret map[string]string // the values of the variables that come from a Secret (env)
}

// template builds the Pod template.
func (b *pod) template() corev1.PodTemplateSpec {
	b.volumes = names.NewRegistry()
	b.labels = maps.Clone(b.selector(b.main.dns))
	b.labels[LabelPartOf], b.labels[LabelManagedBy] = b.instance(), ManagedBy
	b.annotations, b.checksums = map[string]string{}, map[string]map[string][]byte{}
	b.spec = corev1.PodSpec{
		RestartPolicy:                 b.restartPolicy(),
		EnableServiceLinks:            new(false), // Docker sets no REDIS_PORT=tcp://… variables
		AutomountServiceAccountToken:  new(false), // Docker gives no container access to an API
		TerminationGracePeriodSeconds: b.terminationGracePeriod(),
	}
	units := b.units()
	b.spec.InitContainers = append(b.spec.InitContainers, b.storageContainers()...)
	b.spec.InitContainers = append(b.spec.InitContainers, b.waitContainers()...)
	for _, u := range units {
		if u.isSidecar() {
			b.spec.InitContainers = append(b.spec.InitContainers, b.preStartContainers(u.service)...)
			b.spec.InitContainers = append(b.spec.InitContainers, u.container())
		}
	}
	for _, u := range units {
		if !u.isSidecar() {
			b.spec.InitContainers = append(b.spec.InitContainers, b.preStartContainers(u.service)...)
			b.spec.Containers = append(b.spec.Containers, u.container())
		}
	}
	b.nodeSelection()
	b.hostNamespaces()
	b.hostnameAndDNS()
	b.podSecurity()
	b.podLabels()
	b.accounts()
	meta := metav1.ObjectMeta{Labels: b.labels}
	if len(b.annotations) > 0 {
		meta.Annotations = b.annotations
	}
	return corev1.PodTemplateSpec{ObjectMeta: meta, Spec: b.spec}
}

// units returns the containers of the Pod's members, hooks aside.
func (b *pod) units() []*unit {
	units := make([]*unit, 0, len(b.members))
	for _, s := range b.members {
		units = append(units, &unit{service: s, pod: b, at: s.path, spec: &s.config.ContainerSpec, label: s.dns})
	}
	return units
}

// container builds one container; every field has its concept's file.
func (u *unit) container() corev1.Container {
	c := corev1.Container{
		Name:            u.label,
		Image:           u.image(),
		ImagePullPolicy: u.pullPolicy(),
		WorkingDir:      u.spec.WorkingDir,
		Env:             u.env(),
		Resources:       u.resources(),
		VolumeMounts:    append(u.volumeMounts(), u.deviceMounts()...),
		SecurityContext: u.securityContext(),
	}
	c.Command, c.Args = u.commandAndArgs()
	c.Command, c.Args = u.hideSecrets(c.Env, c.Command), u.hideSecrets(c.Env, c.Args)
	if u.hook {
		u.reportSecretTexts(&c)
		return c
	}
	c.Ports = u.containerPorts()
	c.StartupProbe, c.ReadinessProbe, c.LivenessProbe = u.probes()
	u.reportSecretTexts(&c)
	c.Lifecycle = u.lifecycle()
	c.Stdin, c.TTY = u.config.StdinOpen, u.config.Tty
	if u.isSidecar() {
		c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
	}
	return c
}

// addVolume returns the name of the Pod's volume with this source, which is added under the wished name if the Pod does not
// have it yet. Two volumes with the same source are one.
func (b *pod) addVolume(wish string, source corev1.VolumeSource) string {
	for _, v := range b.spec.Volumes {
		if equality.Semantic.DeepEqual(v.VolumeSource, source) {
			return v.Name
		}
	}
	return b.addOwnVolume(wish, source)
}

// addOwnVolume adds a volume that nothing else may share, such as the emptyDir of one mount.
func (b *pod) addOwnVolume(wish string, source corev1.VolumeSource) string {
	label := names.Normalize(wish, names.MaxLabel)
	for i := 2; b.volumes.Owner("volume", label) != ""; i++ {
		label = names.WithHash(names.Normalize(wish, names.MaxLabel), wish+"#"+string(rune('0'+i)), names.MaxLabel)
	}
	b.volumes.Claim("volume", label, label, names.MaxLabel)
	b.spec.Volumes = append(b.spec.Volumes, corev1.Volume{Name: label, VolumeSource: source})
	return label
}

// podLabels adds what other passes select the Pods by, and what the user's labels become.
func (b *pod) podLabels() {
	maps.Copy(b.labels, b.aliasLabels())
	maps.Copy(b.labels, b.networkLabels())
	maps.Copy(b.labels, b.volumeLabels())
	for _, s := range b.members {
		b.memberAnnotations(s)
		for _, key := range sortedKeys(s.ext.PodLabels) {
			b.labels[key] = s.ext.PodLabels[key]
		}
		maps.Copy(b.annotations, s.ext.PodAnnotations)
	}
}

// accounts sets the ServiceAccount and the pull secrets that x-kubernetes names.
func (b *pod) accounts() {
	for _, s := range b.members {
		wish, have := s.ext.ServiceAccountName, b.spec.ServiceAccountName
		switch {
		case wish == "" || wish == have:
		case have != "":
			s.reportf("pod-level", s.key("x-kubernetes", "serviceAccountName"), "use one account", "the Pod runs as the ServiceAccount %s, which another service in it asks for", have)
		default:
			b.spec.ServiceAccountName = wish
			b.spec.AutomountServiceAccountToken = nil // who names an account wants its token
		}
	}
	seen := map[string]bool{}
	for _, name := range b.pullSecrets() {
		if !seen[name] {
			seen[name] = true
			b.spec.ImagePullSecrets = append(b.spec.ImagePullSecrets, corev1.LocalObjectReference{Name: name})
		}
	}
}

func (b *pod) pullSecrets() []string {
	all := append([]string{}, b.ext.Project.ImagePullSecrets...)
	for _, s := range b.members {
		all = append(all, s.ext.ImagePullSecrets...)
	}
	return all
}
