package plan

import "github.com/transship/transship/transform/input"

// Plan is every decision about a project.
type Plan struct {
	Namespace       string            // metadata.namespace of every object, "" for none
	CreateNamespace bool              // the Namespace object is emitted as well
	Instance        string            // the project as a label value
	Secrets         input.SecretsForm // what is emitted of Secrets: one of input.SecretsEmit and the others
	SecretStore     input.Store
	Sealed          []input.SealedSecret
	StorageClass    string // of claims that name none, "" for the default of the cluster

	Workloads     []Workload // by the name of their main service
	Services      []Service
	Ingresses     []Ingress
	HTTPRoutes    []HTTPRoute
	Policies      []NetworkPolicy
	Storage       *Storage
	SharedSecrets []Secret      // of variables that several containers have from one place
	WaiterAccess  *WaiterAccess // nil if nothing waits for a Job
}

// EmitsValues reports whether the values of Secrets are part of the output.
func (p *Plan) EmitsValues() bool { return p.Secrets == input.SecretsEmit }
