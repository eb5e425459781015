package reasons

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
)

// containerRows are for the containers of the project.
var containerRows = []row{
	{ofService, "image", byAny, isBuilt, "the name that Compose gives to what it builds, where no image is named"},
	{ofService, "imagePullPolicy", byNoKey, isValue("IfNotPresent"), "as Docker pulls; the default of Kubernetes depends on the tag"},
	{ofService, "restartPolicy", byAny, isValue("Always"), "a sidecar: it starts before the other containers and runs beside them"},
	{ofService, "ports", byKey, hasStep("image", "build"), portsOfImage},
	{ofService, "ports[]", byKey, hasStep("image", "build"), portsOfImage},
	{ofService, "ports", byNoKey, no(hasKeyedItem), portsOfMany},
	{ofService, "ports[].containerPort", byNoKey, isBesideKeyed, portsOfMany},
	{ofService, "ports[].protocol", byNoKey, isBesideKeyed, portsOfMany},
	{ofService, "ports[].name", byAny, no(isNumbered), nameOfPort},
	{ofService, "ports[].name", byNoKey, isBesideKeyed, portsOfMany},
	{ofService, "env[].valueFrom.secretKeyRef", byAny, nil, "the value is in a Secret, which fewer people can read than a Pod"},
	{ofService, "resources.requests.cpu", byAny, isFromLimit(corev1.ResourceCPU), requestBesideLimit},
	{ofService, "resources.requests.memory", byAny, isFromLimit(corev1.ResourceMemory), requestBesideLimit},
	{ofService, "resources.requests.ephemeral-storage", byAny, isFromLimit(corev1.ResourceEphemeralStorage), requestBesideLimit},
	{ofService, "securityContext.runAsUser", byAny, isResolved, "the number that this user has in the image"},
	{ofService, "securityContext.runAsNonRoot", byAny, isValue("true"), "the user is known not to be root, and the kubelet checks it"},
	{ofService, "securityContext.seccompProfile", byAny, isPrivileged, "the profile of the Pod would filter what Docker leaves to a privileged container"},
	{ofService, "volumeMounts[].subPath", byAny, isDataRoot, "a new file system has lost+found at its root, and this program wants an empty directory"},
	{ofService, "volumeMounts[].subPath", byNoKey, isOfClaim, "the image declares a volume of its own here; as a directory of the same claim it is kept"},
	{ofService, "volumeMounts[].subPath", byAny, isOfContent, "mounted alone, so that its directory keeps what the image has there"},
	{ofService, "lifecycle.postStart.exec.command[0]", byNoKey, isValue("sh"), hooksInShell},
	{ofService, "lifecycle.preStop.exec.command[0]", byNoKey, isValue("sh"), hooksInShell},
	{ofService, "volumeMounts[].readOnly", byNoKey, isOfContent, "files of a ConfigMap or Secret cannot be changed"},
}

const (
	portsOfImage       = "what the image is known to expose"
	portsOfMany        = "known from ports, expose, the image or what peers name"
	nameOfPort         = "the protocol that is spoken there"
	hooksInShell       = "several hooks, or variables and a directory for one, take a shell"
	requestBesideLimit = "Docker reserves nothing; without a request Kubernetes would reserve the whole limit"
)

// addedRows are for the containers that the conversion adds.
var addedRows = []row{
	{thatWaits, "", byAny, runs("jsonpath"), "waits until the Job has ended, well or not"},
	{thatWaits, "", byAny, runs("--for=condition=Complete"), "fails, and so is tried again, while the Job has not succeeded"},
	{thatWaits, "", byAny, runs("timeout "), "waits for a while and goes on, since the dependency is not required"},
	{thatWaits, "", byAny, runs("nslookup"), "waits until the name resolves, which takes a ready Pod"},
	{thatWaits, "", byAny, nil, "waits until a ready Pod answers behind the Service"},
	{thatWaits, "imagePullPolicy", byAny, nil, "as Docker pulls; the default of Kubernetes depends on the tag"},
	{thatWaits, "command[2]", byKey, runs("nc -z"), "the port of the Service that it tries"},
	{thatWaits, "resources", byAny, nil, "next to nothing; a namespace with a quota wants a request from every container"},
	{thatWaits, "securityContext", byAny, nil, "it needs no rights, and fits the Pod Security level restricted"},
	{thatWaits, "volumeMounts", byAny, nil, tokenOfWaiters},
	{thatSeeds, "", byAny, nil, "fills the volume with what the image has there while it is empty, as Docker does"},
	{thatSeeds, "imagePullPolicy", byNoKey, nil, "as Docker pulls; the default of Kubernetes depends on the tag"},
	{thatSeeds, "securityContext", byAny, nil, "only root keeps owners and modes of what it copies"},
	{thatGives, "", byAny, nil, "gives the volume to the user of the program, which insists on owning it"},
	{thatGives, "imagePullPolicy", byNoKey, nil, "as Docker pulls; the default of Kubernetes depends on the tag"},
	{thatGives, "securityContext", byAny, nil, "only root can give a directory away"},
	{thatCopies, "", byAny, nil, "copies the files to where the program may change them: a ConfigMap or Secret is read-only"},
	{thatCopies, "imagePullPolicy", byAny, nil, "as Docker pulls; the default of Kubernetes depends on the tag"},
	{thatCopies, "securityContext", byAny, nil, "the user of the program, to whom the copies are to belong"},
}

// runs is true where a word of the command of the container holds a text.
func runs(text string) func(*spot) bool {
	return func(s *spot) bool {
		return slices.ContainsFunc(s.container.Command, func(word string) bool { return strings.Contains(word, text) })
	}
}

// isNumbered tells the names of ports whose protocol is not known.
func isNumbered(s *spot) bool { return strings.HasPrefix(s.value, "p-") }

// hasKeyedItem reports whether an item of the list that the field is has a key of its own.
func hasKeyedItem(s *spot) bool { return s.keyedList[s.of(s.path)] }

// isBesideKeyed reports whether the field is in an item of a list of which other items have keys of their own.
func isBesideKeyed(s *spot) bool {
	return s.above() == nil && s.keyedList[s.of(s.path[:strings.LastIndexByte(s.path, '[')])]
}

// isBuilt reports whether the conversion has said that the image exists only where it is built, as nothing names it.
func isBuilt(s *spot) bool {
	return (s.key == nil || keyHas(s.key, "build")) && slices.ContainsFunc(s.origin().Paths, func(at diag.Path) bool { return s.found(at.Key("build"), "image-not-pullable") })
}

// isResolved reports whether the name of a user was looked up.
func isResolved(s *spot) bool {
	return s.found(s.key, "user-resolved") || s.key == nil && s.found(s.above(), "user-resolved")
}

// isFromLimit is true where a request stands beside a limit and no reservation asks for it.
func isFromLimit(name corev1.ResourceName) func(*spot) bool {
	return func(s *spot) bool {
		_, limited := s.container.Resources.Limits[name]
		return limited && !keyHas(s.key, "reservations", "mem_reservation")
	}
}

func isPrivileged(s *spot) bool {
	c := s.container.SecurityContext
	return c != nil && c.Privileged != nil && *c.Privileged
}

// mount returns the volume behind the mount that the field belongs to, nil if it is not known.
func (s *spot) mount() *corev1.Volume {
	for _, m := range s.container.VolumeMounts {
		if len(s.steps) > 1 && s.steps[1] == "["+m.MountPath+"]" {
			return s.volume(m.Name)
		}
	}
	return nil
}

func isOfClaim(s *spot) bool {
	v := s.mount()
	return v != nil && v.PersistentVolumeClaim != nil
}

func isOfContent(s *spot) bool {
	v := s.mount()
	return v != nil && (v.ConfigMap != nil || v.Secret != nil || v.Projected != nil)
}

// isDataRoot tells the directory of a claim that is mounted in place of its root.
func isDataRoot(s *spot) bool {
	return isOfClaim(s) && (s.value == "data" || strings.HasPrefix(s.value, "data/")) && !keyHas(s.key, "subpath")
}
