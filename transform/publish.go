package transform

// published is one port that Docker would open on the host; `up` forwards it. It is JSON in AnnotationPublished.
type published struct {
	HostIP    string `json:"hostIP,omitempty"`
	Published string `json:"published,omitempty"`
	Target    uint32 `json:"target"`
	Protocol  string `json:"protocol"`
}

// hostPort returns the port and address of the node that a container port is bound to, 0 if it is not.
func (s *service) hostPort(_ port) (number int32, address string) { return 0, "" }

func (b *pod) publishedPorts() []published {
	var list []published
	for _, s := range b.members {
		for _, c := range s.config.Ports {
			list = append(list, published{HostIP: c.HostIP, Published: c.Published, Target: c.Target, Protocol: c.Protocol})
		}
	}
	return list
}

func (p *project) publishedObjects() {}
