package input

import (
	"cmp"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/transform/extension"
)

// Publish says how the published ports of a service are reachable from outside the cluster.
type Publish string

// The values of --publish and x-kubernetes.publish.
const (
	PublishNone         Publish = "none"
	PublishLoadBalancer Publish = "loadbalancer"
	PublishNodePort     Publish = "nodeport"
	PublishIngress      Publish = "ingress"
	PublishGateway      Publish = "gateway"
)

// The values of Options.Wait, SharedVolumes, EnvSecrets, Secrets and NetworkPolicies.
const (
	WaitInit = "init"
	WaitNone = "none"

	SharedRWO = "rwo"
	SharedRWX = "rwx"

	EnvSecretsAuto = "auto"
	EnvSecretsNone = "none"
	EnvSecretsAll  = "all"

	SecretsEmit = "emit"
	SecretsStub = "stub"
	SecretsSkip = "skip"
	// SecretsExternal writes ExternalSecrets, which External Secrets fills from a store.
	SecretsExternal = "external-secret"
	// SecretsSealed writes the SealedSecrets that kubeseal made.
	SecretsSealed = "sealed-secret"

	PoliciesAuto   = "auto"
	PoliciesAlways = "always"
	PoliciesNever  = "never"
)

// Options are the choices a user has. The zero value of a field means its default, named in its comment; [Options.Validate]
// refuses values that a field does not have.
type Options struct {
	Namespace       string         // metadata.namespace of every object; default none
	CreateNamespace bool           // emit the Namespace object as well; needs Namespace
	KubeVersion     Version        // oldest Kubernetes minor the output must work on; default DefaultKubeVersion
	Publish         Publish        // default PublishNone
	Domain          string         // host suffix for ingress and gateway routes: <service>.<domain>; default none (routes match every host)
	Wait            string         // "init" (default): wait initContainers for depends_on conditions; "none"
	WaitImage       string         // image with sh, nc, nslookup and kubectl; default busybox, and kubectl for Jobs
	VolumeSize      string         // request of a claim that names no size; default 1Gi, with a finding for each
	StorageClass    string         // storageClassName of claims; default none, the cluster's default class
	SharedVolumes   string         // "rwo" (default): one node, podAffinity; "rwx"
	EnvSecrets      string         // "auto" (default): secret-looking variables into a Secret; "none"; "all"
	Secrets         string         // "emit" (default), "stub" (keys with empty values), "skip" (references only), "external-secret", "sealed-secret"
	SecretStore     string         // of "external-secret": NAME of a SecretStore, or ClusterSecretStore/NAME; no default
	SealedSecrets   []SealedSecret // of "sealed-secret": what kubeseal made; default none
	NetworkPolicies string         // "auto" (default), "always", "never"
	Allow           []string       // codes of errors that the user accepts
	KeepNames       bool           // --no-rewrite-names: a reference to a name that no DNS label can carry is an error
	// Live prepares the objects for `up`: the client does the ordering (no wait initContainers) and finds what it
	// needs in the annotations AnnotationDependsOn and AnnotationPublished.
	Live bool
}

// Allows reports whether the user accepts the error of a code.
func (o Options) Allows(code string) bool { return slices.Contains(o.Allow, code) }

// Validate returns an error that names the first field with a value that it does not have.
func (o Options) Validate() error {
	for _, field := range []struct {
		name, value string
		values      []string
	}{
		{"Publish", string(o.Publish), []string{string(PublishNone), string(PublishLoadBalancer), string(PublishNodePort), string(PublishIngress), string(PublishGateway)}},
		{"Wait", o.Wait, []string{WaitInit, WaitNone}},
		{"SharedVolumes", o.SharedVolumes, []string{SharedRWO, SharedRWX}},
		{"EnvSecrets", o.EnvSecrets, []string{EnvSecretsAuto, EnvSecretsNone, EnvSecretsAll}},
		{"Secrets", o.Secrets, []string{SecretsEmit, SecretsStub, SecretsSkip, SecretsExternal, SecretsSealed}},
		{"NetworkPolicies", o.NetworkPolicies, []string{PoliciesAuto, PoliciesAlways, PoliciesNever}},
	} {
		if field.value != "" && !slices.Contains(field.values, field.value) {
			return fmt.Errorf("option %s: %q is not one of %q", field.name, field.value, field.values)
		}
	}
	if o.VolumeSize != "" {
		if size, err := resource.ParseQuantity(o.VolumeSize); err != nil || size.Sign() <= 0 {
			return fmt.Errorf("option VolumeSize: %q is not a size such as 10Gi", o.VolumeSize)
		}
	}
	if _, err := ParseStore(o.SecretStore); o.SecretStore != "" && err != nil {
		return fmt.Errorf("option SecretStore: %w", err)
	}
	if o.KubeVersion != (Version{}) && !o.KubeVersion.AtLeast(oldestKubeVersion) {
		return fmt.Errorf("option KubeVersion: %s is older than %s", o.KubeVersion, oldestKubeVersion)
	}
	return nil
}

// withDefaults fills in what the caller does not say: from the project's x-kubernetes, else the default.
func (o Options) withDefaults(ext extension.Project) Options {
	if o.KubeVersion == (Version{}) {
		o.KubeVersion = DefaultKubeVersion
	}
	o.Namespace = cmp.Or(o.Namespace, ext.Namespace)
	o.Publish = cmp.Or(o.Publish, Publish(ext.Publish), PublishNone)
	o.Domain = cmp.Or(o.Domain, ext.Domain)
	o.Wait = cmp.Or(o.Wait, WaitInit)
	o.WaitImage = cmp.Or(o.WaitImage, ext.WaitImage)
	if ext.VolumeSize != nil {
		o.VolumeSize = cmp.Or(o.VolumeSize, ext.VolumeSize.String())
	}
	o.StorageClass = cmp.Or(o.StorageClass, ext.StorageClass)
	o.SharedVolumes = cmp.Or(o.SharedVolumes, ext.SharedVolumes, SharedRWO)
	o.EnvSecrets = cmp.Or(o.EnvSecrets, EnvSecretsAuto)
	if !o.Live { // a project that is tried out has the values that it has
		o.Secrets = cmp.Or(o.Secrets, ext.Secrets)
	}
	o.Secrets = cmp.Or(o.Secrets, SecretsEmit)
	o.SecretStore = cmp.Or(o.SecretStore, ext.SecretStore)
	o.NetworkPolicies = cmp.Or(o.NetworkPolicies, ext.NetworkPolicies, PoliciesAuto)
	return o
}
