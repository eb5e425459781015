package reasons

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// metaRows are for what all objects have.
var metaRows = []row{
	{anyPod, "metadata.labels", byAny, nil, "Services, policies and the workload find the Pods by them"},
	{anyObject, "metadata.labels", byAny, nil, "the labels that Kubernetes recommends"},
	{anyPod, "metadata.labels[network.transship/*]", byNoKey, nil, "policies find the Pods of a network by it"},
	{anyPod, "metadata.labels[transship/internal-only]", byAny, nil, "all its networks are internal: a policy leaves it no way out"},
	{anyPod, "metadata.labels[alias.transship/*]", byAny, nil, "the Service of another name finds the Pods by it"},
	{anyPod, "metadata.labels[volume.transship/*]", byAny, nil, "Pods that share a claim find each other's node by it"},
	{anyPod, "metadata.annotations", byKey, isChecksums, newPods},
	{anyPod, "metadata.annotations[transship/checksum-*]", byAny, nil, newPods},
	{anyObject, "metadata.annotations[transship/compose-services]", byAny, nil, "all services whose containers share the Pod"},
}

// podRows are for what holds for a Pod as a whole.
var podRows = []row{
	{anyPod, "spec.serviceAccountName", byAny, nil, "the account as which the containers that wait for a Job ask the API server"},
	{anyPod, "spec.automountServiceAccountToken", byAny, isValue("false"), "Docker gives no container access to an API"},
	{anyPod, "spec.hostname", byAny, no(hasStep("hostname")), "the program calls itself by this name, and the one of a Pod changes and leads nowhere"},
	{anyPod, "spec.shareProcessNamespace", byKey, hasStep("init"), "the pause process of the Pod is process 1 then, which ends zombies as an init does"},
	{anyPod, "spec.shareProcessNamespace", byAny, nil, "its containers use one process namespace"},
	{anyPod, "spec.dnsPolicy", byAny, isValue("ClusterFirstWithHostNet"), "in the network of the node, names of services resolve with this policy only"},
	{anyPod, "spec.nodeSelector", byNoKey, nil, "nothing is emulated: the image runs on such nodes only"},
	{anyPod, "spec.affinity.podAffinity", byAny, nil, "the claim that it shares can be mounted on one node at a time, so all its Pods run there"},
	{anyPod, "spec.affinity.nodeAffinity", byNoKey, nil, "the Pods that share its volume need such a node as well"},
	{anyPod, "spec.affinity.podAntiAffinity", byAny, nil, "never two of these Pods on one node"},
	{anyPod, "spec.tolerations", byAny, nil, "nodes of the control plane take other Pods only with it"},
	{anyPod, "spec.topologySpreadConstraints[].whenUnsatisfiable", byAny, isValue("ScheduleAnyway"), "Swarm spreads as well as it can and never leaves a task out"},
	{anyPod, "spec.terminationGracePeriodSeconds", byAny, hasPreStop, "the time of pre_stop counts in it, so 10 s are added for the hook"},
	{anyPod, "spec.terminationGracePeriodSeconds", byNoKey, isValue("10"), "Docker's time to stop; the default of Kubernetes is 30"},
	{anyPod, "spec.terminationGracePeriodSeconds", byNoKey, nil, "the longest time to stop that a container of the Pod has"},
	{anyPod, "spec.enableServiceLinks", byAny, isValue("false"), "Docker sets no variables such as REDIS_PORT=tcp://..."},
	{anyPod, "spec.securityContext.seccompProfile", byAny, nil, "Docker filters system calls by default, Kubernetes does not"},
	{anyPod, "spec.securityContext.fsGroup", byAny, all(mountsClaim, no(mountsRestricted)), "a new claim belongs to root; this group lets the program write to it"},
	{anyPod, "spec.securityContext.fsGroup", byAny, no(mountsClaim), "files of a volume belong to root; this group lets the program read those that not everybody may"},
	{anyPod, "spec.securityContext.fsGroup", byAny, nil, "claims and files of volumes belong to root; this group lets the program use them"},
	{anyPod, "spec.securityContext.fsGroupChangePolicy", byAny, nil, "without it each start walks through all files of a volume"},
	{anyPod, "spec.volumes[waiter-token]", byAny, nil, tokenOfWaiters},
	{anyPod, "spec.securityContext.sysctls[net.ipv4.ip_unprivileged_port_start]", byNoKey, nil, "on Docker every user may listen on ports below 1024"},
	{anyPod, "spec.volumes[].emptyDir", byNoKey, no(isMemory), "starts empty, and is gone with the Pod"},
}

const newPods = "a change of the content makes new Pods, as Compose makes new containers"

const tokenOfWaiters = "only the containers that ask the API server get a token"

// isValue is true where the field has one of some values.
func isValue(values ...string) func(*spot) bool {
	return func(s *spot) bool { return slices.Contains(values, s.value) }
}

// hasStep is true where the key that sets the field is, or lies below, a key of that name.
func hasStep(steps ...string) func(*spot) bool {
	return func(s *spot) bool { return keyHas(s.key, steps...) }
}

func keyHas(key diag.Path, steps ...string) bool {
	return slices.ContainsFunc(key, func(step string) bool { return slices.Contains(steps, step) })
}

// all joins conditions.
func all(conditions ...func(*spot) bool) func(*spot) bool {
	return func(s *spot) bool {
		return !slices.ContainsFunc(conditions, func(is func(*spot) bool) bool { return !is(s) })
	}
}

// no turns a condition round.
func no(condition func(*spot) bool) func(*spot) bool {
	return func(s *spot) bool { return !condition(s) }
}

// isChecksums reports whether the Pod has no annotations but checksums.
func isChecksums(s *spot) bool {
	for key := range s.pod.Annotations {
		if !strings.HasPrefix(key, "transship/checksum-") {
			return false
		}
	}
	return true
}

func hasPreStop(s *spot) bool {
	return slices.ContainsFunc(s.pod.Spec.Containers, func(c corev1.Container) bool { return c.Lifecycle != nil && c.Lifecycle.PreStop != nil })
}

// mountsClaim reports whether a container of the Pod writes to a claim.
func mountsClaim(s *spot) bool { return len(s.written()) > 0 }

// mountsRestricted reports whether the Pod has files that not everybody may read.
func mountsRestricted(s *spot) bool {
	closed := func(mode *int32) bool { return mode != nil && *mode&0o004 == 0 }
	items := func(list []corev1.KeyToPath) bool {
		return slices.ContainsFunc(list, func(i corev1.KeyToPath) bool { return closed(i.Mode) })
	}
	return slices.ContainsFunc(s.pod.Spec.Volumes, func(v corev1.Volume) bool {
		switch {
		case v.Secret != nil:
			return closed(v.Secret.DefaultMode) || items(v.Secret.Items)
		case v.ConfigMap != nil:
			return closed(v.ConfigMap.DefaultMode) || items(v.ConfigMap.Items)
		case v.Projected != nil:
			return closed(v.Projected.DefaultMode) || slices.ContainsFunc(v.Projected.Sources, func(p corev1.VolumeProjection) bool { return p.Secret != nil && items(p.Secret.Items) })
		}
		return false
	})
}

// isMemory reports whether the emptyDir of the volume is in memory.
func isMemory(s *spot) bool {
	v := s.volume(strings.Trim(s.steps[2], "[]"))
	return v != nil && v.EmptyDir != nil && v.EmptyDir.Medium == corev1.StorageMediumMemory
}

// written returns the names of the claims that containers of the project write to. What the conversion adds to fill a volume does not
// count.
func (s *spot) written() []string {
	var claims []string
	for i, list := range [][]corev1.Container{s.pod.Spec.InitContainers, s.pod.Spec.Containers} {
		for _, c := range list {
			if kindOf(&c, i == 0, s.origin()) != ofService {
				continue
			}
			for _, m := range c.VolumeMounts {
				if v := s.volume(m.Name); v != nil && v.PersistentVolumeClaim != nil && !m.ReadOnly {
					claims = append(claims, v.PersistentVolumeClaim.ClaimName)
				}
			}
		}
	}
	return claims
}

// volume returns the volume of the Pod with a name, nil for none.
func (s *spot) volume(name string) *corev1.Volume {
	for i, v := range s.pod.Spec.Volumes {
		if v.Name == name {
			return &s.pod.Spec.Volumes[i]
		}
	}
	return nil
}
