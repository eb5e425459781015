package resource

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// Dependency is one entry of depends_on, as the converter wrote it down.
type Dependency struct {
	Condition string `json:"condition"`
	Required  bool   `json:"required"`
	Restart   bool   `json:"restart"`
}

// Conditions of a dependency, as Compose files name them.
const (
	ConditionStarted   = "service_started"
	conditionHealthy   = "service_healthy"
	conditionCompleted = "service_completed_successfully"
)

// DependenciesOf returns the depends_on of a workload by the name of the Compose service. It returns nil for a workload
// without any, and an error if the annotation cannot be read.
func DependenciesOf(o *unstructured.Unstructured) (map[string]Dependency, error) {
	text := o.GetAnnotations()[AnnotationDependsOn]
	if text == "" {
		return nil, nil
	}
	var out map[string]Dependency
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read annotation %s of %s: %w", AnnotationDependsOn, RefOf(o), err)
	}
	return out, nil
}

// PublishedPort is a port that the Compose file publishes on the host.
type PublishedPort struct {
	Service   string `json:"-"` // of Compose; of a Pod that services share, its main one
	HostIP    string `json:"hostIP"`
	Published string `json:"published"`
	Target    int    `json:"target"`
	Protocol  string `json:"protocol"`
}

// PublishedPorts returns the ports of a workload that the Compose file publishes. Their Service is empty. It returns an
// error if the annotation cannot be read.
func PublishedPorts(o *unstructured.Unstructured) ([]PublishedPort, error) {
	text := o.GetAnnotations()[AnnotationPublished]
	if text == "" {
		return nil, nil
	}
	var out []PublishedPort
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, fmt.Errorf("read annotation %s of %s: %w", AnnotationPublished, RefOf(o), err)
	}
	return out, nil
}

// Address is where the port answers on this machine while it is forwarded.
func (p PublishedPort) Address() string {
	return net.JoinHostPort(p.LocalHost(), cmp.Or(p.Published, "0"))
}

// LocalHost is the address that a forwarded port listens on: never one that other machines reach.
func (p PublishedPort) LocalHost() string {
	if ip, err := netip.ParseAddr(p.HostIP); err == nil && ip.IsLoopback() {
		return p.HostIP
	}
	return "127.0.0.1"
}
