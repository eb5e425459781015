package pod

import (
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/container"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// Images of the containers that wait. --wait-image replaces both.
const (
	waitImage        = "busybox:1.37" // has a shell and the usual tools
	waitKubectlImage = "registry.k8s.io/kubectl:v%s.0"
	nobody           = 65534
)

// waiters makes the containers of a Pod that wait for what it depends on.
type waiters struct {
	pod       *workload.Pod
	project   *input.Project
	workloads *workload.Workloads
	names     *naming.Names
	network   *network.Network
	findings  *report.Findings

	account string // the ServiceAccount that they need, "" while they need none
}

// containers returns the initContainers that hold the Pod back until its dependencies are ready or complete.
//
// Docker Compose orders starts once, from the client; manifests that are applied at once have no order, and a Pod that
// crashes for want of its database is tried again at growing intervals of up to five minutes. An initContainer gates
// each start of the Pod, also later ones, which is stronger than Docker.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#depends_on,
// https://kubernetes.io/docs/concepts/workloads/pods/init-containers/
func (x *waiters) containers() []plan.Wait {
	reportRestartWith(x.pod, x.project, x.workloads, x.findings)
	reportNotWaitedFor(x.pod, x.project, x.workloads, x.findings)
	var containers []plan.Wait
	for _, w := range x.workloads.Waits(x.pod) {
		switch target := x.workloads.Pod(w.Target); {
		case x.pod.Main.IsWindows():
			x.findings.Addf("depends-on-kind", w.At, "let the program try again until its dependency answers; transship up starts services in order",
				"%s does not wait for %s: the images that wait are of Linux, and a node of Windows cannot run them", w.By.Name, w.Target.Name)
		case w.Target.Job != nil || target.Kind == workload.CronJob:
			x.findings.Addf("depends-on-job", w.At, "run it first: transship run, or kubectl create job --from=cronjob/"+x.names.DNS(w.Target),
				"%s does not wait for %s, which runs on its own schedule", w.By.Name, w.Target.Name)
		case x.workloads.InCycle(x.pod, w):
			x.findings.Addf("depends-on-cycle", w.At, "let the program try again until its dependency answers",
				"%s does not wait for %s: their Pods would wait for each other", w.By.Name, w.Target.Name)
		case w.Job && target.Kind != workload.Job:
			if len(target.Members) == 1 { // the other case is reported as one-shot-in-pod
				x.findings.Addf("depends-on-kind", w.At, "make it a Job", "%s does not wait for %s to complete: it is a %s, and only the end of a Job is waited for", w.By.Name, w.Target.Name, target.Kind)
			}
		case w.Job:
			containers = append(containers, x.jobWaiters(w)...)
		default:
			containers = append(containers, x.readyWaiters(w)...)
		}
	}
	return containers
}

// mostTriedPorts is how many ports of a Service a waiter tries.
const mostTriedPorts = 8

// readyWaiters returns the container that waits for a Service to have a ready endpoint. Before it has one, connections to
// its address are refused, so any TCP port that answers will do; not the first one alone, which the program may not use. A
// headless Service has no address, and without ports to try its name does not resolve before. The output of nslookup
// is read because the one of busybox fails as soon as one of the search domains does not know the name.
//
// Trying for ever is right for a dependency that is late, and wrong where trying cannot succeed: an image of --wait-image may have no
// nc, or one without -z. That fails with what the program says. Whatever else it says, such as that there is no such name, is
// in the log once, and "not ready" if it says nothing.
func (x *waiters) readyWaiters(w workload.Wait) []plan.Wait {
	owner := x.workloads.NetworkOwner(w.Target) // whose name leads to the Pod
	name := x.network.ReadyName(owner)
	var tries []string
	for _, p := range x.network.Ports.Behind(owner) {
		if p.Protocol == corev1.ProtocolTCP && p.Known && x.network.Form(owner) == plan.ClusterIP && len(tries) < mostTriedPorts {
			tries = append(tries, fmt.Sprintf("nc -z -w 2 %s %d", name, p.Number))
		}
	}
	switch form := x.network.Form(owner); {
	case x.workloads.HasNoNetwork(w.Target):
		x.findings.Addf("depends-on-kind", w.At, "let the program try again until its dependency answers; transship up starts services in order",
			"%s does not wait for %s, which has no network: no other Pod can ask it", w.By.Name, w.Target.Name)
		return nil
	case !x.network.HasService(owner):
		x.findings.Addf("depends-on-kind", w.At, "let it have a Service", "%s does not wait for %s, which has no Service to ask", w.By.Name, w.Target.Name)
		return nil
	case len(tries) == 0 && form != plan.Headless:
		x.findings.Addf("depends-on-kind", w.At, "x-kubernetes: {service: headless} on "+owner.Name+" makes its name resolve only when it is ready",
			"%s does not wait for %s: it has no TCP port to connect to", w.By.Name, w.Target.Name)
		return nil
	}
	if x.workloads.Pod(w.Target).Kind == workload.Job {
		x.findings.Addf("depends-on-kind", w.At, "wait for it with service_completed_successfully", "a Pod of %s that starts when %s has ended waits for ever: what has ended is never ready", w.By.Name, w.Target.Name)
	}
	script := untilReady(name, tries)
	if w.Optional {
		script = fmt.Sprintf("timeout %d sh -c '%s' || echo 'going on without %s'", patience(w.Target), script, w.Target.Name)
	}
	return []plan.Wait{{Container: x.waiter("wait-"+x.names.DNS(w.Target), waitImage, "8Mi", "sh", "-c", script), For: w.Target.Name}}
}

// untilReady is a script that ends when one of the tries succeeds or, without tries, when the name resolves. It has no single
// quotes.
func untilReady(name string, tries []string) string {
	try, tool := strings.Join(tries, " || "), "nc"
	switch len(tries) {
	case 0:
		try, tool = "out=$(nslookup "+name+" 2>&1); echo \"$out\" | grep -q \"^Name:\"", "nslookup"
	case 1:
		try = "out=$(" + try + " 2>&1)"
	default:
		try = "out=$({ " + try + "; } 2>&1)"
	}
	return "until " + try + "; do\n" +
		"  case $out in *\" option \"*|*\"" + tool + ": not found\"*|*\"" + tool + ": command not found\"*) echo \"$out\"; exit 1;; esac\n" +
		"  [ \"$out\" = \"${said-x}\" ] || echo \"waiting for " + name + ": ${out:-not ready}\"\n" +
		"  said=$out\n" +
		"  sleep 1\n" +
		"done"
}

// patience returns for how many seconds a dependency that is not required is waited for: twice as long as Docker takes to call it
// unhealthy, and at least a minute, because a Pod also has to be scheduled and its image pulled.
func patience(s *input.Service) int32 {
	var total time.Duration
	if h := s.Config.HealthCheck; h != nil {
		interval, retries := container.Duration(h.Interval), uint64(3)
		if interval == 0 {
			interval = 30 * time.Second
		}
		if h.Retries != nil {
			retries = min(*h.Retries, 1000)
		}
		total = container.Duration(h.StartPeriod) + time.Duration(retries)*interval
	}
	return max(60, container.Seconds(2*total))
}

// waiter returns a container that waits. It asks for next to nothing and passes the restricted Pod Security level,
// so that it never is the reason for a Pod to need more than it needs anyway.
func (x *waiters) waiter(name, image, memory string, command ...string) corev1.Container {
	if x.project.Options.WaitImage != "" {
		image = x.project.Options.WaitImage
	}
	return corev1.Container{
		Name: container.InitName(x.names, x.pod, name), Image: image, ImagePullPolicy: corev1.PullIfNotPresent, Command: command,
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

// jobWaiters returns the two containers that wait for a Job. kubectl can wait for one condition only and its image has
// no shell to look at two: the first waits until the Job has ended in one way or the other, the second fails
// unless it is complete. So a failed Job shows as a failing Pod with the reason in its log, instead of a Pod that waits
// for ever, and goes on when the Job is replaced by one that succeeds.
func (x *waiters) jobWaiters(w workload.Wait) []plan.Wait {
	image := fmt.Sprintf(waitKubectlImage, x.project.Options.KubeVersion)
	name := x.names.DNS(w.Target)
	job := "job/" + name
	ended := x.waiter("wait-"+name, image, "32Mi", "kubectl", "wait", "--for=jsonpath={.status.conditions[0].type}", "--timeout=24h", job)
	check := x.waiter("check-"+name, image, "32Mi", "kubectl", "wait", "--for=condition=Complete", "--timeout=30s", job)
	x.account = waiterAccount(x.names, x.project, x.pod)
	if w.Optional { // it goes on whether the Job has succeeded or not
		return []plan.Wait{{Container: ended, For: w.Target.Name, Job: name}}
	}
	return []plan.Wait{{Container: ended, For: w.Target.Name, Job: name}, {Container: check, For: w.Target.Name, Job: name}}
}

func waiterName(n *naming.Names, p *input.Project, kind string) string {
	return n.Registry.Claim(kind, "waiter", names.Normalize(p.Compose.Name+"-waiter", names.MaxLabel), names.MaxLabel)
}

// waiterAccount returns the ServiceAccount that a Pod's waiters ask the API server as.
func waiterAccount(n *naming.Names, p *input.Project, b *workload.Pod) string {
	for _, m := range b.Members {
		if m.Ext.ServiceAccountName != "" {
			return m.Ext.ServiceAccountName
		}
	}
	return waiterName(n, p, "ServiceAccount")
}

// waiterAccess returns what the waiters for Jobs need: an account that may look at exactly those Jobs; nil if nothing waits for
// a Job.
func waiterAccess(p *input.Project, w *workload.Workloads, n *naming.Names) *plan.WaiterAccess {
	jobs, accounts, owners := map[string]bool{}, map[string]bool{}, map[string]bool{}
	var paths []diag.Path
	for _, b := range w.Pods {
		if b.Kind == workload.None {
			continue
		}
		for _, x := range w.Waits(b) {
			if target := w.Pod(x.Target); x.Job && target.Kind == workload.Job && !w.InCycle(b, x) {
				jobs[n.DNS(x.Target)], accounts[waiterAccount(n, p, b)], owners[x.By.Name] = true, true, true
				paths = append(paths, x.At)
			}
		}
	}
	if len(jobs) == 0 {
		return nil
	}
	account := waiterName(n, p, "ServiceAccount")
	return &plan.WaiterAccess{
		Account: account, Role: waiterName(n, p, "Role"), Binding: waiterName(n, p, "RoleBinding"), MakeAccount: accounts[account],
		Subjects: sorted.Keys(accounts), Jobs: sorted.Keys(jobs),
		Origin: plan.Origin{Paths: paths, Services: sorted.Keys(owners), ForWaits: true},
	}
}

// inlined returns the one-shots that run in this Pod before it starts (x-kubernetes.inline).
func inlined(b *workload.Pod, w *workload.Workloads, all map[*input.Container]*plan.Container, findings *report.Findings) []*plan.Container {
	var containers []*plan.Container
	for _, s := range b.Starters[len(b.Members):] {
		containers = append(containers, all[s.Container()])
		findings.Addf("kind-chosen", s.Path.Key("x-kubernetes", "inline"), "write it so that it may run again",
			"%s becomes an initContainer of %s and runs before each of its Pods", s.Name, w.InlinedInto(s).Name)
	}
	return containers
}
