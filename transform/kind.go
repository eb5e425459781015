package transform

// kind is the kind of object that runs a service's Pod.
type kind string

const (
	kindNone        kind = "" // no workload of its own: a provider, or a container in another service's Pod
	kindDeployment  kind = "Deployment"
	kindStatefulSet kind = "StatefulSet"
	kindDaemonSet   kind = "DaemonSet"
	kindJob         kind = "Job"
	kindCronJob     kind = "CronJob"
	kindPod         kind = "Pod"
)

func (p *project) decideKinds() {
	for _, b := range p.pods {
		b.main.kind = kindDeployment
	}
}

func (b *pod) replicas() *int32 { return pointer(int32(b.main.config.GetScale())) }
