package cluster

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/yaml"

	"github.com/transship/transship/cluster/resource"
)

// About is what a cluster tells of itself to those who bring it images.
type About struct {
	// Name is the cluster's name in the kubeconfig, Server its address.
	Name, Server string
	// CertificateAuthority is the file that the kubeconfig names; empty if it names none.
	CertificateAuthority string
	// Nodes are empty where they may not be read.
	Nodes []NodeInfo
	// RegistryHost is the cluster's own registry as this machine reaches it, RegistryHostOfNodes as the nodes do; both
	// are empty if the cluster names none (kube-public/local-registry-hosting).
	RegistryHost, RegistryHostOfNodes string
}

// NodeInfo is what a node tells of itself.
type NodeInfo struct {
	Name, OS, Architecture string
	ProviderID             string
	KubeletVersion         string
	ContainerRuntime       string // containerd://1.7.0
	Labels                 map[string]string
	Images                 []string // names of images that are there, at most those that the kubelet lists
}

// About asks the cluster what it is. What may not be read is left out.
func (c *Client) About(ctx context.Context) (*About, error) {
	about := &About{Name: c.cluster, Server: c.Server, CertificateAuthority: c.conn.Config.CAFile}
	nodes, err := c.conn.List(ctx, "v1", "Node", "", "")
	if denied := (*ForbiddenError)(nil); err != nil && !errors.As(err, &denied) {
		return nil, err
	}
	for i := range nodes {
		about.Nodes = append(about.Nodes, nodeInfo(&nodes[i]))
	}
	hosting, err := c.conn.Get(ctx, resource.Ref{APIVersion: "v1", Kind: "ConfigMap", Name: "local-registry-hosting"}, "kube-public")
	if denied := (*ForbiddenError)(nil); err != nil && !errors.As(err, &denied) {
		return nil, err
	}
	if hosting != nil {
		about.readRegistry(resource.Text(hosting, "data", "localRegistryHosting.v1"))
	}
	return about, nil
}

// readRegistry reads what KEP-1755 defines. What cannot be read names no registry.
func (a *About) readRegistry(document string) {
	var hosting struct {
		Host                     string `json:"host"`
		HostFromContainerRuntime string `json:"hostFromContainerRuntime"`
	}
	if yaml.Unmarshal([]byte(document), &hosting) != nil || hosting.Host == "" {
		return
	}
	a.RegistryHost, a.RegistryHostOfNodes = hosting.Host, hosting.HostFromContainerRuntime
	if a.RegistryHostOfNodes == "" {
		a.RegistryHostOfNodes = hosting.Host
	}
}

func nodeInfo(o *unstructured.Unstructured) NodeInfo {
	n := NodeInfo{
		Name: o.GetName(), Labels: o.GetLabels(), ProviderID: resource.Text(o, "spec", "providerID"),
		OS: resource.Text(o, "status", "nodeInfo", "operatingSystem"), Architecture: resource.Text(o, "status", "nodeInfo", "architecture"),
		KubeletVersion: resource.Text(o, "status", "nodeInfo", "kubeletVersion"), ContainerRuntime: resource.Text(o, "status", "nodeInfo", "containerRuntimeVersion"),
	}
	for _, image := range resource.Items(o.Object, "status", "images") {
		names, _, _ := unstructured.NestedStringSlice(image, "names")
		n.Images = append(n.Images, names...)
	}
	return n
}

// nameOfCluster returns the name that the kubeconfig gives to the cluster in use; empty inside a cluster.
func nameOfCluster(loading clientcmd.ClientConfig, a Access, contextName string) string {
	if a.Overrides.Context.Cluster != "" {
		return a.Overrides.Context.Cluster
	}
	raw, err := loading.RawConfig()
	if err != nil || raw.Contexts[contextName] == nil {
		return ""
	}
	return raw.Contexts[contextName].Cluster
}
