package transform

import (
	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/names"
)

// port is a container port that a service is reachable on.
type port struct {
	number      int32
	protocol    corev1.Protocol
	name        string // valid port name; never empty
	appProtocol string
	inferred    string // why the port is believed to exist, when the file does not say so
}

// published is one port that Docker would open on the host; `up` forwards it. It is JSON in AnnotationPublished.
type published struct {
	HostIP    string `json:"hostIP,omitempty"`
	Published string `json:"published,omitempty"`
	Target    uint32 `json:"target"`
	Protocol  string `json:"protocol"`
}

func (p *project) collectPorts() {}

func (u *unit) containerPorts() []corev1.ContainerPort { return nil }

func (b *pod) publishedPorts() []published { return nil }

func (p *project) serviceObjects() {}

func (p *project) publishedObjects() {}

func (p *project) assignServiceNames() {
	all := make([]string, 0, len(p.services))
	for _, s := range p.services {
		all = append(all, s.name)
	}
	p.names.Assign("service", names.ServiceLabel, names.MaxLabel, all...)
	for _, s := range p.services {
		s.dns = p.names.Name("service", s.name)
	}
}

func (b *pod) aliasLabels() map[string]string { return nil }

var _ types.ServicePortConfig
