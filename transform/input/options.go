package input

import (
	"cmp"
	"errors"
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

// Wait says what makes a service wait for the conditions of its depends_on.
type Wait string

// The values of Options.Wait.
const (
	WaitInit Wait = "init"
	WaitNone Wait = "none"
)

// SharedVolumes says how a volume is shared between Pods.
type SharedVolumes string

// The values of Options.SharedVolumes.
const (
	SharedRWO SharedVolumes = "rwo"
	SharedRWX SharedVolumes = "rwx"
)

// EnvSecrets says which environment variables go into a Secret.
type EnvSecrets string

// The values of Options.EnvSecrets.
const (
	EnvSecretsAuto EnvSecrets = "auto"
	EnvSecretsNone EnvSecrets = "none"
	EnvSecretsAll  EnvSecrets = "all"
)

// SecretsForm says what is written of Secrets.
type SecretsForm string

// The values of Options.Secrets.
const (
	SecretsEmit SecretsForm = "emit"
	SecretsStub SecretsForm = "stub"
	SecretsSkip SecretsForm = "skip"
	// SecretsExternal writes ExternalSecrets, which External Secrets fills from a store.
	SecretsExternal SecretsForm = "external-secret"
	// SecretsSealed writes the SealedSecrets that kubeseal made.
	SecretsSealed SecretsForm = "sealed-secret"
)

// NetworkPolicies says when NetworkPolicies are written.
type NetworkPolicies string

// The values of Options.NetworkPolicies.
const (
	PoliciesAuto   NetworkPolicies = "auto"
	PoliciesAlways NetworkPolicies = "always"
	PoliciesNever  NetworkPolicies = "never"
)

// Options are the choices a user has. The zero value of a field means its default, named in its comment; [Options.Validate]
// refuses values that a field does not have.
type Options struct {
	Namespace       string          // metadata.namespace of every object; default none
	CreateNamespace bool            // emit the Namespace object as well; needs Namespace
	KubeVersion     Version         // oldest Kubernetes minor the output must work on; default DefaultKubeVersion
	Publish         Publish         // default PublishNone
	Domain          string          // host suffix for ingress and gateway routes: <service>.<domain>; default none (routes match every host)
	Wait            Wait            // "init" (default): wait initContainers for depends_on conditions; "none"
	WaitImage       string          // image with sh, nc, nslookup and kubectl; default busybox, and kubectl for Jobs
	VolumeSize      string          // request of a claim that names no size; default 1Gi, with a finding for each
	StorageClass    string          // storageClassName of claims; default none, the cluster's default class
	SharedVolumes   SharedVolumes   // "rwo" (default): one node, podAffinity; "rwx"
	EnvSecrets      EnvSecrets      // "auto" (default): secret-looking variables into a Secret; "none"; "all"
	Secrets         SecretsForm     // "emit" (default), "stub" (keys with empty values), "skip" (references only), "external-secret", "sealed-secret"
	SecretStore     string          // of "external-secret": NAME of a SecretStore, or ClusterSecretStore/NAME; no default
	SealedSecrets   []SealedSecret  // of "sealed-secret": what kubeseal made; default none
	NetworkPolicies NetworkPolicies // "auto" (default), "always", "never"
	Allow           []string        // codes of errors that the user accepts
	KeepNames       bool            // --no-rewrite-names: a reference to a name that no DNS label can carry is an error
	// Live prepares the objects for `up`: the client does the ordering (no wait initContainers) and finds what it
	// needs in the annotations AnnotationDependsOn and AnnotationPublished.
	Live bool
}

// Allows reports whether the user accepts the error of a code.
func (o Options) Allows(code string) bool { return slices.Contains(o.Allow, code) }

// Validate returns an error that names the fields with values that they do not have.
func (o Options) Validate() error {
	if err := errors.Join(
		oneOf("Publish", o.Publish, PublishNone, PublishLoadBalancer, PublishNodePort, PublishIngress, PublishGateway),
		oneOf("Wait", o.Wait, WaitInit, WaitNone),
		oneOf("SharedVolumes", o.SharedVolumes, SharedRWO, SharedRWX),
		oneOf("EnvSecrets", o.EnvSecrets, EnvSecretsAuto, EnvSecretsNone, EnvSecretsAll),
		oneOf("Secrets", o.Secrets, SecretsEmit, SecretsStub, SecretsSkip, SecretsExternal, SecretsSealed),
		oneOf("NetworkPolicies", o.NetworkPolicies, PoliciesAuto, PoliciesAlways, PoliciesNever),
	); err != nil {
		return err
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

func oneOf[T ~string](option string, value T, values ...T) error {
	if value != "" && !slices.Contains(values, value) {
		return fmt.Errorf("option %s: %q is not one of %q", option, value, values)
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
	o.SharedVolumes = cmp.Or(o.SharedVolumes, SharedVolumes(ext.SharedVolumes), SharedRWO)
	o.EnvSecrets = cmp.Or(o.EnvSecrets, EnvSecretsAuto)
	if !o.Live { // a project that is tried out has the values that it has
		o.Secrets = cmp.Or(o.Secrets, SecretsForm(ext.Secrets))
	}
	o.Secrets = cmp.Or(o.Secrets, SecretsEmit)
	o.SecretStore = cmp.Or(o.SecretStore, ext.SecretStore)
	o.NetworkPolicies = cmp.Or(o.NetworkPolicies, NetworkPolicies(ext.NetworkPolicies), PoliciesAuto)
	return o
}
