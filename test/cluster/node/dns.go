package node

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/utils/ptr"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/images"
)

const (
	dnsName   = "kube-dns"
	dnsPort   = 53
	readyPort = 8181
	// corefile: the cluster's names and no others; there is nowhere to ask for them.
	corefile = `.:53 {
    errors
    ready :8181
    kubernetes cluster.local in-addr.arpa {
        kubeconfig /config/kubeconfig
        pods insecure
        ttl 1
    }
}
`
)

// startDNS runs CoreDNS as a Pod with the labels that policies name. The program comes from beside our own: an image
// of it would have to be unpacked at each start.
func startDNS(ctx context.Context, client kubernetes.Interface, plane *controlplane.ControlPlane) error {
	kubeconfig, err := plane.Authority.Kubeconfig(plane.URL, "system:coredns", "system:masters")
	if err != nil {
		return err
	}
	config := filepath.Join(plane.Dir, "node", "dns")
	err = writeFiles(map[string]string{
		filepath.Join(config, "Corefile"):   corefile,
		filepath.Join(config, "kubeconfig"): string(kubeconfig),
	})
	if err != nil {
		return err
	}
	meta := metav1.ObjectMeta{Name: dnsName, Namespace: metav1.NamespaceSystem, Labels: map[string]string{"k8s-app": dnsName}}
	core := client.CoreV1()
	service := &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
		Selector: meta.Labels, ClusterIP: controlplane.DNSServiceIP,
		Ports: []corev1.ServicePort{
			{Name: "dns", Protocol: corev1.ProtocolUDP, Port: dnsPort, TargetPort: intstr.FromInt32(dnsPort)},
			{Name: "dns-tcp", Protocol: corev1.ProtocolTCP, Port: dnsPort, TargetPort: intstr.FromInt32(dnsPort)},
		},
	}}
	if _, err := core.Services(meta.Namespace).Create(ctx, service, metav1.CreateOptions{}); err != nil {
		return fmt.Errorf("create service of DNS: %w", err)
	}
	pod := &corev1.Pod{ObjectMeta: meta, Spec: dnsPod(config, filepath.Join(filepath.Dir(plane.Program), "coredns"))}
	var refused error
	err = wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, startTimeout, true, func(ctx context.Context) (bool, error) {
		// Refused until the controller manager has made the namespace's service account.
		_, refused = core.Pods(meta.Namespace).Create(ctx, pod, metav1.CreateOptions{})
		return refused == nil, nil
	})
	if err != nil {
		return fmt.Errorf("create pod of DNS: %w", errors.Join(err, refused))
	}
	return nil
}

func dnsPod(config, program string) corev1.PodSpec {
	return corev1.PodSpec{
		// Not by way of the scheduler: the node is given, and it need not be ready yet.
		NodeName: Name, DNSPolicy: corev1.DNSDefault, AutomountServiceAccountToken: ptr.To(false),
		TerminationGracePeriodSeconds: ptr.To[int64](1),
		Containers: []corev1.Container{{
			Name: "coredns", Image: images.Pause, Command: []string{"/coredns", "-conf", "/config/Corefile"},
			ReadinessProbe: &corev1.Probe{
				ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{
					Path: "/ready", Port: intstr.FromInt32(readyPort),
				}},
				PeriodSeconds: 1,
			},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "program", MountPath: "/coredns", ReadOnly: true}, {Name: "config", MountPath: "/config", ReadOnly: true},
			},
		}},
		Volumes: []corev1.Volume{hostPath("program", program), hostPath("config", config)},
	}
}

func hostPath(name, path string) corev1.Volume {
	return corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
		HostPath: &corev1.HostPathVolumeSource{Path: path},
	}}
}
