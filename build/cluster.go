package build

import (
	"net/url"
	"slices"
	"strings"
)

// Cluster is what delivering has to know of a cluster.
type Cluster struct {
	// Name is the cluster's name in the kubeconfig, Server its address.
	Name, Server string
	// CertificateAuthority is the file that the kubeconfig names, if it names one.
	CertificateAuthority string
	// Nodes are empty where they may not be read.
	Nodes []Node
	// Registry is what the cluster says about a registry of its own (KEP-1755); nil if it says nothing.
	Registry *LocalRegistry
}

// Node is what a node tells of itself.
type Node struct {
	Name, OS, Architecture string
	ProviderID             string // kind://docker/kind/kind-control-plane
	KubeletVersion         string // v1.33.1+k3s1
	ContainerRuntime       string // containerd://1.7.0
	Labels                 map[string]string
	Images                 []string // the names of images that are there; not all of them
}

// LocalRegistry is what the ConfigMap kube-public/local-registry-hosting says.
type LocalRegistry struct {
	Host                     string // for this machine, such as localhost:5001
	HostFromContainerRuntime string // for the nodes; empty: the same
}

// Platforms returns those of the nodes, such as linux/amd64, sorted. None is unknown.
func (c *Cluster) Platforms() []string {
	if c == nil {
		return nil
	}
	var out []string
	for _, n := range c.Nodes {
		if n.OS != "" && n.Architecture != "" {
			out = append(out, n.OS+"/"+n.Architecture)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// has reports whether all nodes tell that they have an image.
func (c *Cluster) has(ref string) bool {
	full := fullReference(ref)
	for _, n := range c.Nodes {
		if !slices.ContainsFunc(n.Images, func(name string) bool { return fullReference(name) == full }) {
			return false
		}
	}
	return len(c.Nodes) > 0
}

// any reports whether a node is as asked.
func (c *Cluster) any(is func(Node) bool) bool { return slices.ContainsFunc(c.Nodes, is) }

// isHere reports whether the API server answers on this machine.
func (c *Cluster) isHere() bool {
	u, err := url.Parse(c.Server)
	return err == nil && isLoopback(u.Host)
}

// product is a kind of cluster that takes images without a registry.
type product struct {
	name string
	// of returns what the product calls the cluster, and false for a cluster of another kind.
	of func(*Cluster) (string, bool)
	// shares reports whether the nodes run the images of the Docker Engine; nil is never.
	shares func(*Cluster) bool
	// load is the command that takes an archive into the nodes; nil if there is none. The archive is standard input
	// unless a word is ARCHIVE.
	load func(name string) []string
	// asRoot: the command works for root only.
	asRoot bool
}

// archiveWord stands for the path of the archive in a command.
const archiveWord = "ARCHIVE"

// products are asked in this order. What is not among them pulls from a registry.
var products = []product{
	{name: "kind", of: kindName, load: func(name string) []string {
		// Not `kind load docker-image`, which fails with Docker's containerd store (kubernetes-sigs/kind#3795).
		return []string{"kind", "load", "image-archive", archiveWord, "--name", name}
	}},
	{name: "k3d", of: k3dName, load: func(name string) []string {
		return []string{"k3d", "image", "import", "--cluster", name, archiveWord}
	}},
	{name: "minikube", of: minikubeName, shares: minikubeShares, load: func(name string) []string {
		return []string{"minikube", "--profile", name, "image", "load", archiveWord}
	}},
	{name: "Docker Desktop", of: named("docker-desktop", "docker-for-desktop-cluster", "docker-for-desktop"), shares: always},
	{name: "OrbStack", of: named("orbstack"), shares: always},
	{name: "Rancher Desktop", of: named("rancher-desktop"), shares: onDocker, load: func(string) []string {
		return []string{"nerdctl", "--namespace", "k8s.io", "load", "--input", archiveWord}
	}},
	{name: "Colima", of: colimaName, shares: onDocker, load: func(name string) []string {
		return []string{"colima", "--profile", name, "nerdctl", "--", "--namespace", "k8s.io", "load", "--input", archiveWord}
	}},
	{name: "MicroK8s", of: microk8sName, load: func(string) []string { return []string{"microk8s", "images", "import"} }},
	{name: "k3s", of: k3sName, asRoot: true, load: func(string) []string {
		return []string{"k3s", "ctr", "images", "import", archiveWord}
	}},
}

func always(*Cluster) bool { return true }

// onDocker reports whether the nodes run containers by Docker.
func onDocker(c *Cluster) bool {
	return c.any(func(n Node) bool { return strings.HasPrefix(n.ContainerRuntime, "docker://") })
}

func named(names ...string) func(*Cluster) (string, bool) {
	return func(c *Cluster) (string, bool) { return c.Name, slices.Contains(names, c.Name) }
}

func kindName(c *Cluster) (string, bool) {
	if name, is := strings.CutPrefix(c.Name, "kind-"); is {
		return name, true
	}
	for _, n := range c.Nodes {
		if rest, is := strings.CutPrefix(n.ProviderID, "kind://"); is { // kind://docker/NAME/NODE
			if words := strings.Split(rest, "/"); len(words) == 3 {
				return words[1], true
			}
		}
	}
	return c.Name, c.Name == "kind"
}

func k3dName(c *Cluster) (string, bool) {
	if name, is := strings.CutPrefix(c.Name, "k3d-"); is {
		return name, true
	}
	for _, n := range c.Nodes { // k3d-NAME-server-0
		rest, is := strings.CutPrefix(n.Name, "k3d-")
		if i := strings.LastIndex(rest, "-server-"); is && i > 0 && isK3s(n) {
			return rest[:i], true
		}
	}
	return "", false
}

func minikubeName(c *Cluster) (string, bool) {
	for _, n := range c.Nodes {
		if name := n.Labels["minikube.k8s.io/name"]; name != "" {
			return name, true
		}
	}
	ca := strings.ReplaceAll(c.CertificateAuthority, `\`, "/")
	return c.Name, c.Name == "minikube" || strings.Contains(ca, "/.minikube/")
}

// colimaName: the first profile is called default, its cluster colima; others colima-NAME.
func colimaName(c *Cluster) (string, bool) {
	if name, is := strings.CutPrefix(c.Name, "colima-"); is {
		return name, true
	}
	return "default", c.Name == "colima"
}

func microk8sName(c *Cluster) (string, bool) {
	return c.Name, strings.HasPrefix(c.Name, "microk8s") || c.any(func(n Node) bool { return n.Labels["microk8s.io/cluster"] != "" })
}

// k3sName: a k3s that is not on this machine takes images from a registry.
func k3sName(c *Cluster) (string, bool) { return c.Name, c.isHere() && c.any(isK3s) }

func isK3s(n Node) bool { return strings.Contains(n.KubeletVersion, "+k3s") }
