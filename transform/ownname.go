package transform

import (
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/transship/transship/diag"
)

// ownName returns the host name that makes a program find itself under the name its texts have for it, and where they
// have it; or "".
//
// On Docker the name of a service leads its only container to its own address. In a cluster it leads to the address of the
// Service, which nothing in the Pod can listen on, and which answers nothing before the Pod is ready: a program that
// binds to its own name ends, and one that checks its health by its own name never becomes ready. The host name of a Pod
// stands in its /etc/hosts, which is asked first. Several Pods cannot do with one name: on Docker it leads to all of
// the containers. Source: https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/
func (b *pod) ownName() (label string, at diag.Path) {
	s := b.main
	if s.kind != kindDeployment && s.kind != kindPod || b.hasReplicas() || !s.hasService() {
		return "", nil
	}
	for _, n := range s.ownNames() {
		for _, m := range s.mentionsOf(n.name) {
			if !m.Host || m.by.pod != b {
				continue
			}
			label = strings.ToLower(n.name)
			if n.source == nameOfService {
				label = s.dns
			}
			if len(validation.IsDNS1123Label(label)) == 0 {
				return label, m.at
			}
		}
	}
	return "", nil
}

// findsItself reports whether the name of the service leads the programs of the Pod to the Pod itself.
func (b *pod) findsItself() bool {
	if b.main.config.Hostname != "" {
		return b.main.config.Hostname == b.main.dns
	}
	label, _ := b.ownName()
	return label == b.main.dns
}
