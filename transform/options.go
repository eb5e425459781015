package transform

import "slices"

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

// Options are the choices a user has. The zero value of a field means its default, named in its comment.
type Options struct {
	Namespace       string   // metadata.namespace of every object; default none
	CreateNamespace bool     // emit the Namespace object as well; needs Namespace
	KubeVersion     Version  // oldest Kubernetes minor the output must work on; default DefaultKubeVersion
	Publish         Publish  // default PublishNone
	Domain          string   // host suffix for ingress and gateway routes: <service>.<domain>; default none (routes match every host)
	Wait            string   // "init" (default): wait initContainers for depends_on conditions; "none"
	WaitImage       string   // image with sh, nc, nslookup and kubectl; default busybox, and kubectl for Jobs
	VolumeSize      string   // request of a claim that names no size; default 1Gi
	StorageClass    string   // storageClassName of claims; default none, the cluster's default class
	SharedVolumes   string   // "rwo" (default): one node, podAffinity; "rwx"
	EnvSecrets      string   // "auto" (default): secret-looking variables into a Secret; "none"; "all"
	Secrets         string   // "emit" (default), "stub" (keys with empty values), "skip" (references only)
	NetworkPolicies string   // "auto" (default), "always", "never"
	Allow           []string // codes of errors that the user accepts
	KeepNames       bool     // --no-rewrite-names: a reference to a name that no DNS label can carry is an error
	// Live prepares the objects for `up`: the client does the ordering (no wait initContainers) and finds what it
	// needs in the annotations AnnotationDependsOn and AnnotationPublished.
	Live bool
}

func (o Options) allows(code string) bool { return slices.Contains(o.Allow, code) }
