package plan

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
)

// Container is one container of a Pod: every field as the Pod will have it, except the mounts, whose volumes belong to the Pod.
type Container struct {
	Of     *input.Container
	Name   string
	Mounts []Mount // what the container sees, devices of the node last

	Image           string
	ImagePullPolicy corev1.PullPolicy
	Command, Args   []string
	WorkingDir      string
	Env             []corev1.EnvVar
	EnvSecret       *Secret  // the Secret with those variables that Env refers to and no other container has, nil if there are none
	SharedSecrets   []Secret // those with a variable that other containers have from the same place
	Resources       corev1.ResourceRequirements
	SecurityContext *corev1.SecurityContext
	UserNamespace   bool // only a user namespace of the Pod's own allows what the security context asks for

	Ports                        []corev1.ContainerPort
	Startup, Readiness, Liveness *corev1.Probe
	Lifecycle                    *corev1.Lifecycle
	Stdin, TTY                   bool
	Sidecar                      bool // starts before the Pod's other containers and runs beside them
}
