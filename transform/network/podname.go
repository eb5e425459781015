package network

import (
	"slices"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/naming"
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
			if why == ReplicaSet && s == b.Main {
				label = n.memberName(s, label)
			}
			return label, why, s.Path
		}
	}
	return "", NoIdentity, nil
}

// memberName returns the name under which the texts of the project ask for a member of a replica set: another one than that of the service where they name
// only that. The member looks for itself among the names of the set before it is ready, when no Service leads to it.
func (n *Network) memberName(s *input.Service, label string) string {
	isHost := func(m naming.Mention) bool { return m.Host }
	if slices.ContainsFunc(n.names.Mentions(s.Name), isHost) {
		return label
	}
	for _, own := range n.names.OfService(s) {
		if (own.Source == naming.OfContainer || own.Source == naming.OfAlias) && len(validation.IsDNS1123Label(own.Name)) == 0 && slices.ContainsFunc(n.names.Mentions(own.Name), isHost) {
			return own.Name
		}
	}
	return label
}
