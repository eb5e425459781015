package build

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
)

// template returns the template of a workload's Pods.
func (b *builder) template(w plan.Workload) corev1.PodTemplateSpec {
	p := &podBuilder{
		plan: b.plan, pod: w.Pod, spec: *w.Pod.Spec.DeepCopy(), annotations: map[string]string{}, checksums: map[string]map[string][]byte{},
		names: names.NewRegistry(),
	}
	p.prepare(w)
	for _, x := range w.Pod.Waits {
		p.addInit(p.wait(x))
	}
	for _, c := range w.Pod.Inlined {
		p.addInit(p.container(c))
	}
	services := memberNames(w)
	for _, s := range w.Pod.Starts {
		p.hooks(s, services)
		if c := p.container(s.Container); s.Container.Sidecar {
			c.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
			p.addInit(c)
		} else {
			p.spec.Containers = append(p.spec.Containers, c)
		}
	}
	p.leaveGroups()
	// What the user says about the Pod counts more than a checksum of the same name.
	maps.Copy(p.annotations, w.Pod.Annotations)
	meta := metav1.ObjectMeta{Labels: maps.Clone(w.Pod.Labels)}
	if len(p.annotations) > 0 {
		meta.Annotations = p.annotations
	}
	return corev1.PodTemplateSpec{ObjectMeta: meta, Spec: p.spec}
}

func memberNames(w plan.Workload) []string {
	var list []string
	for _, s := range w.Pod.Starts {
		list = append(list, s.Container.Name)
	}
	return list
}

func (b *podBuilder) addInit(c corev1.Container) {
	b.spec.InitContainers = append(b.spec.InitContainers, c)
}

// prepare adds the initContainers that fill volumes before anything else sees them: with what the image has at their place, or
// with files that the service may change.
func (b *podBuilder) prepare(w plan.Workload) {
	copied := map[string]bool{}
	for _, c := range containers(w) {
		for _, m := range c.Mounts {
			switch {
			case m.Writable != "" && !copied[m.Writable]:
				copied[m.Writable] = true
				b.addInit(b.copyContainer(m))
			case m.Filling != nil && !copied[m.Claim.Name+" "+m.SubPath]:
				copied[m.Claim.Name+" "+m.SubPath] = true
				b.addInit(b.fillContainer(m))
			case m.Filling != nil:
			case m.Seeded:
				b.addInit(b.seedContainer(c, m))
			case m.Owner != nil && m.Claim != nil:
				b.addInit(b.ownerContainer(c, m))
			}
		}
	}
}

// containers returns the containers of a workload: by service in the order of the Pod's members, each before its hooks, and then
// the one-shots that are inlined.
func containers(w plan.Workload) []*plan.Container {
	byService := map[string]plan.Start{}
	for _, s := range w.Pod.Starts {
		byService[s.Container.Of.Service.Name] = s
	}
	var all []*plan.Container
	for _, m := range w.Of.Members {
		s := byService[m.Name]
		all = append(append(all, s.Container), s.Hooks...)
	}
	return append(all, w.Pod.Inlined...)
}

// seedContainer returns the initContainer that copies what the image has at the mount point into the claim or emptyDir while that
// is empty. It runs as root to keep owners and modes, those of the directory itself included.
func (b *podBuilder) seedContainer(c *plan.Container, m plan.Mount) corev1.Container {
	enter := "cd " + shellQuote(m.Target) + " 2>/dev/null || exit 0\n"
	volume := b.mountOf(c.Of.Service.Name, m, nil)[0]
	return b.rootContainer(c, "seed-"+m.Wish, expansion.EscapeAll([]string{"sh", "-c", enter + fillOnce("/seed", "cp -af . /seed/")}), corev1.VolumeMount{Name: volume.Name, MountPath: "/seed", SubPath: volume.SubPath})
}

// ownerContainer returns the initContainer that gives the directory of a claim to the user of the program.
func (b *podBuilder) ownerContainer(c *plan.Container, m plan.Mount) corev1.Container {
	owner := strconv.FormatInt(*m.Owner.User, 10)
	if m.Owner.Group != nil {
		owner += ":" + strconv.FormatInt(*m.Owner.Group, 10)
	}
	return b.rootContainer(c, "own-"+m.Wish, []string{"chown", owner, "/volume"}, corev1.VolumeMount{
		Name: b.addVolume(m.Wish, claimSource(m.Claim)), MountPath: "/volume", SubPath: path.Join(m.Claim.Root, m.SubPath),
	})
}

// rootContainer returns an initContainer that runs a tool of another container's image as root.
func (b *podBuilder) rootContainer(c *plan.Container, wish string, command []string, mount corev1.VolumeMount) corev1.Container {
	return corev1.Container{
		Name:            b.initName(wish),
		Image:           c.Image,
		ImagePullPolicy: c.ImagePullPolicy,
		Command:         command,
		SecurityContext: &corev1.SecurityContext{RunAsUser: new(int64(0))},
		VolumeMounts:    []corev1.VolumeMount{mount},
	}
}

// copyContainer returns the initContainer that copies files to where a container may change them, as the user who is to change
// them where that is known.
func (b *podBuilder) copyContainer(m plan.Mount) corev1.Container {
	b.rollOn(m.Content)
	script := []string{"cp -RL /from/..data/. /to/"}
	if dirs := emptyDirs(m, m.Content); dirs != "" {
		script = append(script, dirs)
	}
	for _, file := range m.Private {
		script = append(script, "chmod go= "+shellQuote(path.Join("/to", file.Path)))
	}
	return b.filesContainer("copy-"+m.Wish, expansion.Escape(strings.Join(script, " && ")), m,
		corev1.VolumeMount{Name: b.addVolume(m.Wish, contentSource(m.Content, m.Items))}, corev1.VolumeMount{Name: b.writableMount(m).Name})
}

// fillContainer returns the initContainer that copies files of the project into a claim while that is empty, as the user who is to
// change them; where that is not known, the group of the Pod may.
func (b *podBuilder) fillContainer(m plan.Mount) corev1.Container {
	copying := "cp -RL /from/..data/. /to/"
	if dirs := emptyDirs(m, m.Filling); dirs != "" {
		copying += " && " + dirs
	}
	if m.Owner == nil || m.Owner.User == nil {
		copying += " && chmod -R g+w /to/."
	}
	return b.filesContainer("fill-"+m.Wish, fillOnce("/to", copying), m,
		corev1.VolumeMount{Name: b.addVolume(m.Wish+"-files", contentSource(m.Filling, m.FillItems))},
		corev1.VolumeMount{Name: b.addVolume(m.Wish, claimSource(m.Claim)), SubPath: path.Join(m.Claim.Root, m.SubPath)})
}

// emptyDirs returns the command that makes the directories of a copy in which no file is, "" if there are none.
func emptyDirs(m plan.Mount, c *plan.Content) string {
	if m.File != "" || len(c.EmptyDirs) == 0 {
		return ""
	}
	words := []string{"mkdir -p"}
	for _, dir := range c.EmptyDirs {
		words = append(words, shellQuote(path.Join("/to", dir)))
	}
	return strings.Join(words, " ")
}

// filesContainer returns an initContainer with a script that copies files from one volume to another. The files of a ConfigMap or Secret are in
// ..data; what stands beside it are links to them.
func (b *podBuilder) filesContainer(wish, script string, m plan.Mount, from, to corev1.VolumeMount) corev1.Container {
	from.MountPath, from.ReadOnly, to.MountPath = "/from", true, "/to"
	o := corev1.Container{
		Name:            b.initName(wish),
		Image:           b.pod.ToolImage,
		ImagePullPolicy: corev1.PullIfNotPresent,
		Command:         []string{"sh", "-c", script},
		VolumeMounts:    []corev1.VolumeMount{from, to},
	}
	if m.Owner != nil && m.Owner.User != nil {
		o.SecurityContext = &corev1.SecurityContext{RunAsUser: m.Owner.User, RunAsGroup: m.Owner.Group}
	}
	return o
}

// initName returns the name of an initContainer, one of its kind in the Pod.
func (b *podBuilder) initName(wish string) string {
	identity := wish
	for b.names.Name("init", identity) != "" {
		identity += "'"
	}
	return b.names.Claim("init", identity, names.Normalize(wish, names.MaxLabel), names.MaxLabel)
}

// wait returns an initContainer that waits, with the credentials for the API server if it asks that one. Only the containers
// that wait mount them: the Pod's own containers get no token, as on Docker.
func (b *podBuilder) wait(x plan.Wait) corev1.Container {
	c := *x.Container.DeepCopy()
	if x.Job != "" {
		c.VolumeMounts = []corev1.VolumeMount{{Name: b.addVolume("waiter-token", tokenSource()), MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true}}
	}
	return c
}

// tokenSource returns the volume with the credentials for the API server.
func tokenSource() corev1.VolumeSource {
	return corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
		{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: new(int64(3600))}},
		{ConfigMap: &corev1.ConfigMapProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
			Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
		}},
		{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
			{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}},
		}}},
	}}}
}

// hooks adds the initContainers of a service: its hooks, and then those that x-kubernetes adds, under names that no other
// container of the Pod has.
func (b *podBuilder) hooks(s plan.Start, services []string) {
	for _, hook := range s.Hooks {
		b.addInit(b.container(hook))
	}
	for _, c := range s.Added {
		c := *c.DeepCopy()
		taken := func(other corev1.Container) bool { return other.Name == c.Name }
		for slices.Contains(services, c.Name) || slices.ContainsFunc(b.spec.InitContainers, taken) {
			c.Name = names.WithHash(c.Name, c.Name, names.MaxLabel)
		}
		b.addInit(c)
	}
}

// container returns one container.
func (b *podBuilder) container(c *plan.Container) corev1.Container {
	if b.plan.EmitsValues() {
		if c.EnvSecret != nil {
			b.annotate("Secret", c.EnvSecret.Name, plan.Checksum(c.EnvSecret.Data))
		}
		for _, s := range c.SharedSecrets {
			b.annotate("Secret", s.Name, plan.Checksum(s.Data))
		}
	}
	return corev1.Container{
		Name: c.Name, Image: c.Image, ImagePullPolicy: c.ImagePullPolicy, Command: c.Command, Args: c.Args, WorkingDir: c.WorkingDir,
		Env: c.Env, Resources: c.Resources, VolumeMounts: b.volumeMounts(c), SecurityContext: c.SecurityContext, Ports: c.Ports,
		StartupProbe: c.Startup, ReadinessProbe: c.Readiness, LivenessProbe: c.Liveness, Lifecycle: c.Lifecycle, Stdin: c.Stdin, TTY: c.TTY,
	}
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
