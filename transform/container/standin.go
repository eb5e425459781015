package container

import (
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// cannotSucceed is why a healthcheck that is there is none.
const cannotSucceed = "its healthcheck cannot succeed"

// standIn returns what is checked where there is no healthcheck, which why tells, but someone waits for the service to be healthy: the command of the HEALTHCHECK
// that its image is known to have, or a port on which it accepts connections, the first TCP port; nil and 0 where nothing can be. Docker refuses to start a
// project without any; without a probe Kubernetes would call the container ready at once.
func standIn(u *input.Container, w *workload.Workloads, ports network.Ports, why string, findings *report.Findings) (command []string, port int32) {
	var waiting []string
	var at diag.Path
	for _, x := range w.Dependents(u.Service) {
		if x.Condition == types.ServiceConditionHealthy {
			waiting, at = append(waiting, x.By.Name), x.At.Key("condition")
		}
	}
	if len(waiting) == 0 {
		return nil, 0
	}
	who := report.Enumerate(waiting, 3)
	if test := images.OwnCheck(u.Spec.Image); test != nil && u.Service.Config.HealthCheck == nil && u.Service.Build() == nil {
		findings.Addf("image-healthcheck", u.At, "", "the HEALTHCHECK that the image is known to have tells %s when %s is healthy", who, u.Service.Name)
		return test, 0
	}
	help, byPort := "give it a healthcheck", "give it a healthcheck, or name its port in `expose`"
	if why == cannotSucceed {
		help, byPort = "mend its healthcheck", "mend its healthcheck"
	}
	switch port = ownPort(u, w, ports); {
	case port != 0:
		findings.Addf("no-healthcheck", at, help,
			"%s should be healthy for %s, but %s: accepting connections on port %d counts as healthy", u.Service.Name, who, why, port)
	case ports.FirstKnown(u.Service) != 0:
		findings.Addf("no-healthcheck", at, help,
			"%s should be healthy for %s, but %s, and its ports may be those of the services that share its network: started counts as healthy", u.Service.Name, who, why)
	default:
		findings.Addf("no-healthcheck", at, byPort,
			"%s should be healthy for %s, but %s and no port is known: started counts as healthy", u.Service.Name, who, why)
	}
	return nil, port
}

// ownPort returns the port on which a container itself accepts connections, or 0. The ports of a network that others share, who may start only when this one
// is healthy, stand in the file at its owner: only those that its image exposes are certain to be its own.
func ownPort(u *input.Container, w *workload.Workloads, ports network.Ports) int32 {
	if len(w.NetworkMembers(u.Service)) < 2 {
		return ports.FirstKnown(u.Service)
	}
	for _, text := range u.Facts.Ports {
		number, protocol, _ := strings.Cut(text, "/")
		if n, err := strconv.ParseInt(number, 10, 32); err == nil && protocol != "udp" {
			return int32(n)
		}
	}
	return 0
}
