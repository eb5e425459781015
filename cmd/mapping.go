package cmd

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/transship/transship/build"
	"github.com/transship/transship/convert"
	"github.com/transship/transship/transform"
)

// mappingFlags are the choices of how a project is mapped to Kubernetes.
type mappingFlags struct {
	options              transform.Options
	kubeVersion, publish string
	sealed               string
	live                 bool
	allow                []string
}

func (f *mappingFlags) attach(flags *pflag.FlagSet) {
	o := &f.options
	f.kubeVersion = transform.DefaultKubeVersion.String()
	flags.VarP(checked{&o.Namespace, checkNamespace}, "namespace", "n", "`NAME` of the namespace of all objects (default: none, kubectl decides)")
	flags.BoolVar(&o.CreateNamespace, "create-namespace", false, "write the Namespace object as well; needs --namespace, or x-kubernetes: {namespace: NAME} in the project")
	flags.Var(checked{&f.kubeVersion, func(s string) error {
		_, err := transform.ParseVersion(s)
		return err
	}}, "kube-version", "oldest Kubernetes `VERSION` that the manifests must work on")
	addChoice(flags, &f.publish, "publish", "", "how published ports are reached from outside the cluster",
		string(transform.PublishNone), string(transform.PublishLoadBalancer), string(transform.PublishNodePort),
		string(transform.PublishIngress), string(transform.PublishGateway))
	flags.Var(checked{&o.Domain, checkDomain}, "domain", "with --publish=ingress|gateway: hosts are <service>.`DOMAIN`")
	addChoice(flags, &o.Wait, "wait", "", "what waits for the conditions of depends_on (init: an init container)", "init", "none")
	flags.StringVar(&o.WaitImage, "wait-image", "", "`IMAGE` of the waiting init containers, with sh, nc, nslookup and kubectl (default: busybox, and kubectl for Jobs)")
	flags.Var(checked{&o.VolumeSize, checkSize}, "volume-size", "`SIZE` of a volume that names none (default 1Gi)")
	flags.Var(checked{&o.StorageClass, checkStorageClass}, "storage-class", "storage `CLASS` of volumes (default: that of the cluster)")
	addChoice(flags, &o.SharedVolumes, "shared-volumes", "", "access mode of volumes that several services share (rwo: these run on one node)", "rwo", "rwx")
	addChoice(flags, &o.EnvSecrets, "env-secrets", "", "environment variables that go into a Secret (auto: those that look secret)", "auto", "none", "all")
	addChoice(flags, &o.Secrets, "secrets", "", "what is written of Secrets (stub: empty values, skip: references only, external-secret: ExternalSecrets of --secret-store, sealed-secret: those of --sealed-secrets)",
		"emit", "stub", "skip", "external-secret", "sealed-secret")
	flags.Var(checked{&o.SecretStore, checkStore}, "secret-store", "with --secrets=external-secret: `[KIND/]NAME` of the SecretStore or ClusterSecretStore")
	flags.StringVar(&f.sealed, "sealed-secrets", "", "with --secrets=sealed-secret: `FILE` with what kubeseal made")
	addChoice(flags, &o.NetworkPolicies, "network-policies", "", "when network policies are written (auto: where the networks of the project separate services)", "auto", "always", "never")
	// What the command line does not say, x-kubernetes of the project may: the zero value is not the first choice.
	f.publish, o.SharedVolumes, o.NetworkPolicies, o.Secrets = "", "", "", ""
	flags.BoolVar(&o.KeepNames, "no-rewrite-names", false, "refuse service names that no DNS label can carry instead of rewriting references to them")
	flags.StringSliceVar(&f.allow, "allow", nil, "go on in spite of the errors with these `CODES`, comma-separated")
}

// checkAllowed returns a usage error for a code that no finding has.
func (f *mappingFlags) checkAllowed() error {
	if len(f.allow) == 0 {
		return nil
	}
	var codes []string
	for _, c := range slices.Concat(convert.Codes(), build.Codes) {
		codes = append(codes, c.Name)
	}
	for _, code := range f.allow {
		if !slices.Contains(codes, code) {
			return usagef("--allow: no finding has the code %q%s", code, didYouMean(code, codes))
		}
	}
	return nil
}

// resolve returns the options, or a usage error for flags that contradict each other.
func (f *mappingFlags) resolve() (transform.Options, error) {
	o := f.options
	if err := f.checkSecrets(); err != nil {
		return o, err
	}
	version, err := transform.ParseVersion(f.kubeVersion)
	if err != nil {
		return o, usagef("--kube-version: %v", err)
	}
	if err := f.checkAllowed(); err != nil {
		return o, err
	}
	if f.sealed != "" {
		if o.SealedSecrets, err = readSealed(f.sealed); err != nil {
			return o, err
		}
	}
	o.KubeVersion, o.Publish, o.Allow = version, transform.Publish(f.publish), f.allow
	return o, nil
}
