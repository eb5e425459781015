// Package transform turns a loaded Compose project into typed Kubernetes objects and findings. It is pure: no disk, no
// network, no clock, no environment, no logging; the same input gives the same output on every machine.
package transform

import (
	"io"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/build"
	"github.com/transship/transship/transform/container"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/network"
	"github.com/transship/transship/transform/patch"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/pod"
	"github.com/transship/transship/transform/podsecurity"
	"github.com/transship/transship/transform/proxies"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
	"github.com/transship/transship/transform/storage"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// Input is everything a transformation looks at. Nothing in it is changed.
type Input struct {
	Project *types.Project
	// Model is the merged, canonical YAML model before defaults were derived: it knows which keys the user wrote,
	// also those whose value is the zero value of its Go type.
	Model  map[string]any
	Files  source.Files
	Images map[string]source.ImageFacts // facts stated by the project itself (Dockerfiles), by service name
	// ImageRefs are the images that were built and delivered, by service or job name.
	ImageRefs map[string]string
	// Secrets are the secret values of the project; nil means that they are found by [secret.OfProject].
	Secrets *secret.Set
	Locate  source.Locate // may be nil: then no finding has a position
	Texts   source.Texts
	Options Options
}

// Result is the outcome. Objects are complete even when Findings holds errors; the caller decides whether to use them.
type Result struct {
	Objects  []Object  // in no particular order that a caller may rely on
	Findings diag.List // with positions, severities after Options.Allow, not sorted
}

// Transform converts a project. It reads as the table of contents of this package: each pass decides one thing for the whole
// project and gets what it needs from the passes before it; the plan is what they decided; the objects are built from the
// plan. The error is for options that are not valid; what is wrong with the project is in the findings.
func Transform(in Input) (Result, error) {
	if err := in.Options.Validate(); err != nil {
		return Result{}, err
	}
	if in.Secrets == nil {
		in.Secrets = secret.OfProject(in.Project, in.Model, in.Files)
	}
	in, err := withSlashes(in)
	if err != nil {
		return Result{}, err
	}
	findings := report.New(in.Locate, in.Options.Allow)
	p := input.New(in.Project, in.Model, in.Files, in.Images, in.Options, findings)
	p.ImageRefs, p.Texts = in.ImageRefs, in.Texts
	p.Secrets = in.Secrets
	decided, workloads := decide(p, findings)
	objects := patch.Apply(p, build.Objects(decided), findings)
	podsecurity.Report(p.Options.KubeVersion, workloads, objects, findings)
	return Result{Objects: objects, Findings: findings.List()}, nil
}

// decide makes every decision about a project and every finding about what is decided.
func decide(p *input.Project, findings *report.Findings) (*plan.Plan, *workload.Workloads) {
	reportUnmappedKeys(p, findings)
	reportUnusedModels(p, findings)
	workloads := workload.Decide(p, findings)
	names := naming.Decide(p, workloads, findings)
	ids := users.Decide(workloads, findings)
	stored := storage.Decide(p, workloads, names, ids, findings)
	asked := proxies.Read(p)
	net := network.Decide(p, workloads, names, asked, findings)
	containers := container.Decide(p, workloads, names, ids, stored, net, findings)
	pods, access := pod.Decide(pod.Known{
		Project: p, Workloads: workloads, Names: names, Users: ids, Storage: stored, Network: net, Proxies: asked, Containers: containers.Containers,
	}, findings)
	store, _ := input.ParseStore(p.Options.SecretStore) // the option was checked; none is an error of the passes
	return &plan.Plan{
		Namespace: p.Options.Namespace, CreateNamespace: p.Options.CreateNamespace, Instance: p.Instance(),
		Secrets: p.Options.Secrets, SecretStore: store, Sealed: p.Options.SealedSecrets, StorageClass: p.Options.StorageClass,
		Workloads: pods, Services: net.Services, Ingresses: net.Ingresses, HTTPRoutes: net.HTTPRoutes, Policies: net.Policies,
		Storage: stored, SharedSecrets: containers.Secrets, WaiterAccess: access,
	}, workloads
}

// What callers need of the rooms.
type (
	// Options are the choices a user has.
	Options = input.Options
	// Publish says how the published ports of a service are reachable from outside the cluster.
	Publish = input.Publish
	// Wait says what makes a service wait for the conditions of its depends_on.
	Wait = input.Wait
	// SharedVolumes says how a volume is shared between Pods.
	SharedVolumes = input.SharedVolumes
	// EnvSecrets says which environment variables go into a Secret.
	EnvSecrets = input.EnvSecrets
	// SecretsForm says what is written of Secrets.
	SecretsForm = input.SecretsForm
	// NetworkPolicies says when NetworkPolicies are written.
	NetworkPolicies = input.NetworkPolicies
	// Version is a Kubernetes minor version.
	Version = input.Version
	// Object is a Kubernetes object and where it comes from.
	Object = build.Object
	// Origin says which Compose keys an object was made from and which services own it.
	Origin = plan.Origin
	// Waiter is an initContainer that waits.
	Waiter = plan.Waiter
	// ExternalSecret is the part of External Secrets' ExternalSecret that a conversion writes.
	ExternalSecret = build.ExternalSecret
	// SealedSecret is the part of Sealed Secrets' SealedSecret that a conversion writes.
	SealedSecret = build.SealedSecret
	// Sealed is what kubeseal made of a Secret.
	Sealed = input.SealedSecret
	// HTTPRoute is the part of the Gateway API's HTTPRoute that a conversion writes.
	HTTPRoute = build.HTTPRoute
	// Code is one kind of finding.
	Code = diag.Code
)

// The values of Publish.
const (
	PublishNone         = input.PublishNone
	PublishLoadBalancer = input.PublishLoadBalancer
	PublishNodePort     = input.PublishNodePort
	PublishIngress      = input.PublishIngress
	PublishGateway      = input.PublishGateway
)

// The values of Options.Wait.
const (
	WaitInit = input.WaitInit
	WaitNone = input.WaitNone
)

// The values of Options.SharedVolumes, EnvSecrets, Secrets and NetworkPolicies.
const (
	SharedRWO = input.SharedRWO
	SharedRWX = input.SharedRWX

	EnvSecretsAuto = input.EnvSecretsAuto
	EnvSecretsNone = input.EnvSecretsNone
	EnvSecretsAll  = input.EnvSecretsAll

	SecretsEmit     = input.SecretsEmit
	SecretsStub     = input.SecretsStub
	SecretsSkip     = input.SecretsSkip
	SecretsExternal = input.SecretsExternal
	SecretsSealed   = input.SecretsSealed

	PoliciesAuto   = input.PoliciesAuto
	PoliciesAlways = input.PoliciesAlways
	PoliciesNever  = input.PoliciesNever
)

// Labels and annotations that other packages read.
const (
	LabelName           = labels.Name
	LabelInstance       = labels.Instance
	LabelPartOf         = labels.PartOf
	LabelManagedBy      = labels.ManagedBy
	ManagedBy           = labels.Manager
	AnnotationService   = labels.Service
	AnnotationServices  = labels.Services
	AnnotationChecksum  = labels.Checksum
	AnnotationDependsOn = labels.DependsOn
	AnnotationPublished = labels.Published
	LabelAlias          = labels.Alias
	LabelNetwork        = labels.Network
	LabelVolume         = labels.Volume
)

// Codes lists every code that a transformation can report.
var Codes = report.Codes

// DefaultKubeVersion is the oldest minor that upstream supports at release time.
var DefaultKubeVersion = input.DefaultKubeVersion

// ReadSealedSecrets reads what kubeseal wrote: SealedSecrets, one a document.
func ReadSealedSecrets(r io.Reader) ([]Sealed, error) { return input.ReadSealedSecrets(r) }

// ParseStore reads NAME, SecretStore/NAME or ClusterSecretStore/NAME.
func ParseStore(text string) (input.Store, error) { return input.ParseStore(text) }

// ParseVersion reads "1.36", "v1.36", "v1.36.3" or, as a server calls itself, "v1.36.3-eks-0a1b2c" and "v1.36.3+k3s1".
func ParseVersion(s string) (Version, error) { return input.ParseVersion(s) }
