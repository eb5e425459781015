package reasons

import (
	"math"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/convert/effects"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform"
)

// jobRows are for Jobs and CronJobs.
var jobRows = []row{
	{anyJob, "spec.backoffLimit", byAny, isValue("0"), "Docker does not start again what has ended"},
	{anyJob, "spec.backoffLimit", byAny, isValue(endless), "Docker tries again without end"},
	{anyJob, "spec.backoffLimit", byAny, nil, "as often as the file says, after the first time"},
	{anyJob, "spec.backoffLimitPerIndex", byAny, nil, "counts for each Pod, so that one that fails for good does not end the others"},
	{anyJob, "spec.completionMode", byAny, nil, "each Pod has an index, by which its failures are counted"},
	{anyJob, "spec.completions", byAny, nil, "every replica has to succeed"},
	{anyJob, "spec.parallelism", byAny, nil, "Compose starts all replicas at once"},
	{anyJob, "spec.podReplacementPolicy", byAny, isValue("Failed"), "never a second Pod while the first one is still stopping"},
	{anyJob, "spec.suspend", byAny, nil, "no replica is asked for: it is declared and does not run"},
	{anyPod, "spec.restartPolicy", byAny, all(isOfJob, isValue("Never")), "each try is a Pod of its own, whose log stays"},
	{anyPod, "spec.restartPolicy", byAny, all(isOfJob, isValue("OnFailure")), "the kubelet tries again in the same Pod"},
	{anyPod, "spec.restartPolicy", byNoKey, isValue("Never"), "Docker does not start again what has ended"},
	{"CronJob", "spec.schedule", byNoKey, nil, "31 February: a CronJob must have a schedule, also one that is only run by hand"},
	{"CronJob", "spec.suspend", byAny, isForbidden, "it has no schedule and must not be run by hand either"},
	{"CronJob", "spec.suspend", byAny, nil, "it is run by hand: kubectl create job --from"},
	{"CronJob", "spec.concurrencyPolicy", byNoKey, isValue("Forbid"), "Compose never runs a job twice at a time; Kubernetes would by default"},
	{"CronJob", "spec.startingDeadlineSeconds", byAny, nil, "a run that is later than this is skipped"},
	{"CronJob", "metadata.annotations[transship/manual]", byAny, nil, "the file forbids runs by hand, which nothing in a cluster can enforce"},
}

var endless = strconv.Itoa(math.MaxInt32)

// workloadRows are for what keeps Pods running.
var workloadRows = slices.Concat(forKinds([]string{"Deployment", "StatefulSet", "DaemonSet"}, []row{
	{"", "spec.selector", byAny, nil, "cannot be changed later, so it has only labels that never change"},
	{"", "spec.replicas", byNoKey, isValue("1"), "Compose starts one container"},
}), recreateRows("spec.strategy", no(hasKeyedType)), recreateRows("spec.strategy.type", hasKeyedType), []row{
	{"Deployment", "spec.strategy", byAny, all(updates, no(isRecreate)), asUpdateConfig},
	{"Deployment", "spec.strategy", byAny, all(surges, isReady), "the readiness probe tells when the new Pod can take over, so the old one stays until then"},
	{"Deployment", "spec.strategy", byAny, hasAntiAffinity, "a new Pod would wait for a node that the old one keeps"},
	{"Deployment", "spec.progressDeadlineSeconds", byAny, nil, "a rollout must not count as stuck before its Pods can count as ready"},
	{"Deployment", "spec.minReadySeconds", byAny, nil, "Swarm waits so long after each container"},
	{"DaemonSet", "spec.updateStrategy", byAny, updates, asUpdateConfig},
	{"StatefulSet", "spec.minReadySeconds", byAny, nil, "Swarm waits so long after each container"},
	{"StatefulSet", "spec.serviceName", byAny, nil, "the headless Service below which each Pod has a name of its own"},
	{"HorizontalPodAutoscaler", "spec.minReplicas", byNoKey, nil, "the number of replicas that the service has"},
})

// recreateRows say why the old Pod stops before the new one starts, behind the place that has the key.
func recreateRows(at string, isThere func(*spot) bool) []row {
	because := func(why func(*spot) bool, reason string) row {
		return row{"Deployment", at, byAny, all(isRecreate, isOwnDecision, isThere, why), reason}
	}
	return []row{
		because(hasHostNetwork, "two Pods cannot have the same ports of one node"),
		because(pinsOwnClaim, "the old Pod lets go of its claim first: one node mounts it at a time, and two Pods must not write to it"),
		because(pinsOtherClaim, "the old Pod lets go of its claim first: how many nodes may mount it is not known here"),
		because(hasHostPort, "two Pods cannot have the same port of one node"),
		because(updates, "update_config replaces all containers at once"),
		because(isOwnDecision, "Docker stops the old container first, and two at once could do the same work twice"),
	}
}

const asUpdateConfig = "how many at a time, and whether the old or the new one goes first, is what update_config says"

// forKinds returns rows for each of some kinds.
func forKinds(kinds []string, rows []row) []row {
	var list []row
	for _, kind := range kinds {
		for _, r := range rows {
			r.kind = kind
			list = append(list, r)
		}
	}
	return list
}

func (s *spot) origin() transform.Origin { return s.origins[effects.ObjectOf(s.object)] }

func (s *spot) deployment() *appsv1.DeploymentSpec { return &s.object.(*appsv1.Deployment).Spec }

func isRecreate(s *spot) bool {
	return s.deployment().Strategy.Type == appsv1.RecreateDeploymentStrategyType
}

// hasKeyedType reports whether a key sets the type of the strategy and nothing around it.
func hasKeyedType(s *spot) bool {
	return s.keys[s.of("spec.strategy")] == nil && s.keys[s.of("spec.strategy.type")] != nil
}

// isOwnDecision reports whether no extension sets the strategy or a part of it.
func isOwnDecision(s *spot) bool {
	return !slices.ContainsFunc(append(s.below(), s.key), isWish)
}

// updates reports whether update_config decides on the updates.
func updates(s *spot) bool {
	return slices.ContainsFunc(append(s.below(), s.key), func(key diag.Path) bool { return keyHas(key, "update_config") })
}

// isForbidden reports whether the file forbids to run the job by hand.
func isForbidden(s *spot) bool {
	job, ok := s.object.(*batchv1.CronJob)
	return ok && job.Annotations["transship/manual"] == "false"
}

func surges(s *spot) bool {
	update := s.deployment().Strategy.RollingUpdate
	return update != nil && update.MaxUnavailable != nil && update.MaxUnavailable.IntVal == 0
}

func isReady(s *spot) bool {
	return slices.ContainsFunc(s.pod.Spec.Containers, func(c corev1.Container) bool { return c.ReadinessProbe != nil })
}

func hasHostNetwork(s *spot) bool { return s.pod.Spec.HostNetwork }

func hasHostPort(s *spot) bool {
	return slices.ContainsFunc(s.pod.Spec.Containers, func(c corev1.Container) bool {
		return slices.ContainsFunc(c.Ports, func(p corev1.ContainerPort) bool { return p.HostPort != 0 })
	})
}

// pinsOwnClaim reports whether the Pod writes to a claim of the project that one node can mount.
func pinsOwnClaim(s *spot) bool {
	return slices.ContainsFunc(s.written(), func(name string) bool {
		c := s.claims[name]
		return c != nil && !slices.Contains(c.Spec.AccessModes, corev1.ReadWriteMany) && !slices.Contains(c.Spec.AccessModes, corev1.ReadOnlyMany)
	})
}

// pinsOtherClaim reports whether the Pod writes to a claim that somebody else makes.
func pinsOtherClaim(s *spot) bool {
	return slices.ContainsFunc(s.written(), func(name string) bool { return s.claims[name] == nil })
}

func hasAntiAffinity(s *spot) bool {
	return s.pod.Spec.Affinity != nil && s.pod.Spec.Affinity.PodAntiAffinity != nil
}

func isOfJob(s *spot) bool {
	kind := effects.ObjectOf(s.object).Kind
	return kind == "Job" || kind == "CronJob"
}
