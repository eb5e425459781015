package transform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

// Images of the containers that wait. --wait-image replaces both.
const (
	waitImage        = "busybox:1.37"
	waitKubectlImage = "registry.k8s.io/kubectl:v%s.0"
	nobody           = 65534
)

// wait is one dependency that an initContainer waits for.
type wait struct {
	target *service
	by     *service
	at     diag.Path
	job    bool // until it is complete, instead of ready
}

// waits returns what the Pod waits for in initContainers, sorted by the name of the dependency. Compose promises a start
// order for service_started and nothing more; every Pod starts on its own here, so there is nothing to wait for.
func (b *pod) waits() []wait {
	if b.options.Live || b.options.Wait == "none" || b.hasNoNetwork() {
		return nil
	}
	chosen := map[string]wait{}
	for _, m := range b.starters() {
		for _, name := range sortedKeys(m.config.DependsOn) {
			d, target := m.config.DependsOn[name], b.byName[name]
			if target == nil || !d.Required || d.Condition == types.ServiceConditionStarted || b.neverWaitsFor(target) {
				continue
			}
			w := wait{target: target, by: m, at: m.key("depends_on", name), job: d.Condition == types.ServiceConditionCompletedSuccessfully}
			if have, twice := chosen[name]; !twice || !have.job {
				chosen[name] = w
			}
		}
	}
	waits := make([]wait, 0, len(chosen))
	for _, name := range sortedKeys(chosen) {
		waits = append(waits, chosen[name])
	}
	return waits
}

// waitContainers returns the initContainers that hold the Pod back until its dependencies are ready or complete.
//
// Docker Compose orders starts once, from the client; manifests that are applied at once have no order, and a Pod that
// crashes for want of its database is tried again at growing intervals of up to five minutes. An initContainer gates
// each start of the Pod, also later ones, which is stronger than Docker.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on,
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
func (b *pod) waitContainers() []corev1.Container {
	b.reportRestartWith()
	b.reportNotWaitedFor()
	var containers []corev1.Container
	for _, w := range b.waits() {
		switch target := w.target.pod; {
		case w.target.job != nil || target.main.kind == kindCronJob:
			b.reportf("depends-on-job", w.at, "run it first: transship run, or kubectl create job --from=cronjob/"+w.target.dns,
				"%s does not wait for %s, which runs on its own schedule", w.by.name, w.target.name)
		case b.inCycle(w, target):
			b.reportf("depends-on-cycle", w.at, "let the program try again until its dependency answers",
				"%s does not wait for %s: their Pods would wait for each other", w.by.name, w.target.name)
		case w.job && target.main.kind != kindJob:
			if len(target.members) == 1 { // the other case is reported as one-shot-in-pod
				b.reportf("depends-on-kind", w.at, "make it a Job", "%s does not wait for %s to complete: it is a %s, and only the end of a Job is waited for", w.by.name, w.target.name, target.main.kind)
			}
		case w.job:
			containers = append(containers, b.jobWaiters(w)...)
		default:
			containers = append(containers, b.readyWaiters(w)...)
		}
	}
	return append(containers, b.inlinedContainers()...)
}

// mostTriedPorts is how many ports of a Service a waiter tries.
const mostTriedPorts = 8

// readyWaiters returns the container that waits for a Service to have a ready endpoint. Before it has one, connections to
// its address are refused, so any TCP port that answers will do; not the first one alone, which the program may not use. A
// headless Service has no address, and without ports to try its name does not resolve before. The output of nslookup
// is read because the one of busybox fails as soon as one of the search domains does not know the name.
func (b *pod) readyWaiters(w wait) []corev1.Container {
	owner := w.target.networkOwner() // whose name leads to the Pod
	name := owner.readyName()
	var tries []string
	for _, p := range owner.servicePorts() {
		if p.protocol != corev1.ProtocolUDP && p.protocol != corev1.ProtocolSCTP && len(tries) < mostTriedPorts {
			tries = append(tries, fmt.Sprintf("nc -z -w 2 %s %d", name, p.number))
		}
	}
	switch form := owner.serviceForm(); {
	case !owner.hasService():
		b.reportf("depends-on-kind", w.at, "let it have a Service", "%s does not wait for %s, which has no Service to ask", w.by.name, w.target.name)
		return nil
	case len(tries) == 0 && form != formHeadless:
		b.reportf("depends-on-kind", w.at, "x-kubernetes: {service: headless} on "+owner.name+" makes its name resolve only when it is ready",
			"%s does not wait for %s: it has no TCP port to connect to", w.by.name, w.target.name)
		return nil
	case len(tries) == 0:
		tries = []string{fmt.Sprintf("nslookup %s 2>/dev/null | grep -q '^Name:'", name)}
	}
	if w.target.pod.main.kind == kindJob {
		b.reportf("depends-on-kind", w.at, "wait for it with service_completed_successfully", "a Pod of %s that starts when %s has ended waits for ever: what has ended is never ready", w.by.name, w.target.name)
	}
	script := "until " + strings.Join(tries, " || ") + "; do sleep 1; done"
	return []corev1.Container{b.waiter("wait-"+w.target.dns, waitImage, "8Mi", "sh", "-c", script)}
}

// firstTCPPort returns the number of the first TCP port the service is known to have, or 0.
func (s *service) firstTCPPort() int32 {
	for _, p := range s.ports {
		if p.protocol == corev1.ProtocolTCP {
			return p.number
		}
	}
	return 0
}

// waiter returns a container that waits. It asks for next to nothing and passes the restricted Pod Security level,
// so that it never is the reason for a Pod to need more than it needs anyway.
func (b *pod) waiter(name, image, memory string, command ...string) corev1.Container {
	if b.options.WaitImage != "" {
		image = b.options.WaitImage
	}
	return corev1.Container{
		Name: b.initContainerName(name), Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Command: command,
		Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
			corev1.ResourceCPU: resource.MustParse("5m"), corev1.ResourceMemory: resource.MustParse(memory),
		}},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
			RunAsNonRoot: new(true), RunAsUser: new(int64(nobody)), RunAsGroup: new(int64(nobody)),
			Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
}

// initContainerName returns the name of a container that no service of the Pod has.
func (b *pod) initContainerName(wish string) string {
	label := names.Normalize(wish, names.MaxLabel)
	taken := func(m *service) bool {
		return m.dns == label || slices.ContainsFunc(m.ext.InitContainers, func(c corev1.Container) bool { return c.Name == label })
	}
	for slices.ContainsFunc(b.starters(), taken) {
		label = names.WithHash(label, label, names.MaxLabel)
	}
	return label
}

// jobWaiters returns the two containers that wait for a Job. kubectl can wait for one condition only and its image has
// no shell to look at two: the first waits until the Job has ended in one way or the other, the second fails
// unless it is complete. So a failed Job shows as a failing Pod with the reason in its log, instead of a Pod that waits
// for ever, and goes on when the Job is replaced by one that succeeds.
func (b *pod) jobWaiters(w wait) []corev1.Container {
	image := fmt.Sprintf(waitKubectlImage, b.options.KubeVersion)
	job := "job/" + w.target.dns
	mount := corev1.VolumeMount{Name: b.waiterToken(), MountPath: "/var/run/secrets/kubernetes.io/serviceaccount", ReadOnly: true}
	ended := b.waiter("wait-"+w.target.dns, image, "32Mi", "kubectl", "wait", "--for=jsonpath={.status.conditions[0].type}", "--timeout=24h", job)
	check := b.waiter("check-"+w.target.dns, image, "32Mi", "kubectl", "wait", "--for=condition=Complete", "--timeout=30s", job)
	ended.VolumeMounts, check.VolumeMounts = []corev1.VolumeMount{mount}, []corev1.VolumeMount{mount}
	b.spec.ServiceAccountName = b.waiterAccount()
	return []corev1.Container{ended, check}
}

// waiterToken adds the volume with the credentials for the API server. Only the containers that wait mount it: the Pod's
// own containers get no token, as on Docker.
func (b *pod) waiterToken() string {
	return b.addVolume("waiter-token", corev1.VolumeSource{Projected: &corev1.ProjectedVolumeSource{Sources: []corev1.VolumeProjection{
		{ServiceAccountToken: &corev1.ServiceAccountTokenProjection{Path: "token", ExpirationSeconds: new(int64(3600))}},
		{ConfigMap: &corev1.ConfigMapProjection{
			LocalObjectReference: corev1.LocalObjectReference{Name: "kube-root-ca.crt"},
			Items:                []corev1.KeyToPath{{Key: "ca.crt", Path: "ca.crt"}},
		}},
		{DownwardAPI: &corev1.DownwardAPIProjection{Items: []corev1.DownwardAPIVolumeFile{
			{Path: "namespace", FieldRef: &corev1.ObjectFieldSelector{APIVersion: "v1", FieldPath: "metadata.namespace"}},
		}}},
	}}})
}

func (p *project) waiterName(kind string) string {
	return p.names.Claim(kind, "waiter", names.Normalize(p.in.Project.Name+"-waiter", names.MaxLabel), names.MaxLabel)
}

// waiterAccount returns the ServiceAccount that the Pod's waiters ask the API server as.
func (b *pod) waiterAccount() string {
	for _, m := range b.members {
		if m.ext.ServiceAccountName != "" {
			return m.ext.ServiceAccountName
		}
	}
	return b.waiterName("ServiceAccount")
}

// waiterObjects emits what the waiters for Jobs need: an account that may look at exactly those Jobs.
func (p *project) waiterObjects() {
	jobs, accounts := map[string]bool{}, map[string]bool{}
	for _, b := range p.pods {
		if b.main.kind == kindNone {
			continue
		}
		for _, w := range b.waits() {
			if target := w.target.pod; w.job && target.main.kind == kindJob && !b.inCycle(w, target) {
				jobs[w.target.dns], accounts[b.waiterAccount()] = true, true
			}
		}
	}
	if len(jobs) == 0 {
		return
	}
	account, role, binding := p.waiterName("ServiceAccount"), p.waiterName("Role"), p.waiterName("RoleBinding")
	if accounts[account] {
		p.emit(&corev1.ServiceAccount{
			TypeMeta:                     metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
			ObjectMeta:                   p.objectMeta(account, account),
			AutomountServiceAccountToken: new(false),
		})
	}
	p.emit(&rbacv1.Role{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "Role"}, ObjectMeta: p.objectMeta(role, role),
		Rules: []rbacv1.PolicyRule{{
			APIGroups: []string{"batch"}, Resources: []string{"jobs"}, Verbs: []string{"get", "list", "watch"}, ResourceNames: sortedKeys(jobs),
		}},
	})
	subjects := make([]rbacv1.Subject, 0, len(accounts))
	for _, name := range sortedKeys(accounts) {
		subjects = append(subjects, rbacv1.Subject{Kind: "ServiceAccount", Name: name, Namespace: p.options.Namespace})
	}
	p.emit(&rbacv1.RoleBinding{
		TypeMeta: metav1.TypeMeta{APIVersion: "rbac.authorization.k8s.io/v1", Kind: "RoleBinding"}, ObjectMeta: p.objectMeta(binding, binding),
		RoleRef:  rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: "Role", Name: role},
		Subjects: subjects,
	})
}

// inCycle reports whether the dependency's Pod waits, by whatever way, for this one. Compose refuses cycles between
// services, so one can only come from services that share a Pod; only the waits of such services are given up.
func (b *pod) inCycle(w wait, target *pod) bool {
	if len(b.members) == 1 && len(target.members) == 1 {
		return false
	}
	seen := map[*pod]bool{}
	var reaches func(from *pod) bool
	reaches = func(from *pod) bool {
		if from == b {
			return true
		}
		if seen[from] {
			return false
		}
		seen[from] = true
		for _, next := range from.waits() {
			if reaches(next.target.pod) {
				return true
			}
		}
		return false
	}
	return (w.by != b.main || w.target != target.main) && reaches(target)
}

// inlinedContainers returns the one-shots that run in this Pod before it starts (x-kubernetes.inline).
func (b *pod) inlinedContainers() []corev1.Container {
	var containers []corev1.Container
	for _, s := range b.starters()[len(b.members):] {
		u := &unit{service: s, pod: b, at: s.path, spec: &s.config.ContainerSpec, label: s.dns}
		c := u.container()
		c.Ports, c.StartupProbe, c.ReadinessProbe, c.LivenessProbe, c.Lifecycle = nil, nil, nil, nil, nil
		containers = append(containers, c)
		b.reportf("kind-chosen", s.path.Key("x-kubernetes", "inline"), "write it so that it may run again",
			"%s becomes an initContainer of %s and runs before each of its Pods", s.name, s.inlinedInto().name)
	}
	return containers
}
