package network

import (
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/workload"
)

// Identity returns the host name that a Pod must have at all times because its program calls itself by it, why, and which service
// is the program; or NoIdentity. On Docker the host name is the id of the container, which stays when it is restarted, and which
// Docker's DNS knows. The name of a Pod is another one for every Pod, and leads nowhere.
func (n *Network) Identity(b *workload.Pod) (label string, why Identity, at diag.Path) {
	if b.Kind != workload.Deployment && b.Kind != workload.BarePod || b.HasReplicas() || b.Main.NetworkMode == "host" {
		return "", NoIdentity, nil
	}
	label = n.names.DNS(b.Main)
	if len(validation.IsDNS1123Label(label)) > 0 {
		return "", NoIdentity, nil
	}
	for _, s := range b.Members {
		if why := identityOf(n.services.project, s); why != NoIdentity {
			return label, why, s.Path
		}
	}
	return "", NoIdentity, nil
}
