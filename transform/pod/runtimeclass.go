package pod

import (
	"strings"

	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// runtimeClasses are the usual names of RuntimeClasses, by what Docker calls the runtime; "" is the default runtime of
// every node. Sources: the documentation of gVisor, Kata Containers and the NVIDIA container toolkit.
var runtimeClasses = map[string]string{
	"runc": "", "io.containerd.runc.v2": "", "crun": "crun", "nvidia": "nvidia", "runsc": "gvisor", "io.containerd.runsc.v1": "gvisor",
	"io.containerd.wasmedge.v1": "wasmedge", "io.containerd.wasmtime.v1": "wasmtime", "io.containerd.spin.v2": "spin",
	"kata": "kata", "kata-runtime": "kata", "io.containerd.kata.v2": "kata", "sysbox-runc": "sysbox-runc",
}

// runtimeClass returns the name of the RuntimeClass of the Pod, nil for the default. Docker's runtimes are configured in the Engine and belong to a container, a
// RuntimeClass is an object of the cluster and belongs to a Pod, which is refused where the class does not exist.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#runtime,
// https://kubernetes.io/docs/concepts/containers/runtime-class/
func runtimeClass(b *workload.Pod, findings *report.Findings) *string {
	var have *string
	for _, m := range b.Members {
		runtime := m.Config.Runtime
		if runtime == "" {
			continue
		}
		class, known := runtimeClasses[strings.ToLower(runtime)]
		if !known {
			class = names.Normalize(runtime, names.MaxLabel)
		}
		at := m.Key("runtime")
		switch {
		case class == "":
		case have != nil && *have != class:
			findings.Addf("pod-level", at, "use one runtime", "the Pod has the RuntimeClass %s, which another service in it asks for", *have)
		default:
			have = &class
			findings.Addf("runtime-class", at, "kubectl get runtimeclass lists those there are", "the cluster must have a RuntimeClass %s; it refuses the Pod otherwise", class)
		}
	}
	return have
}
