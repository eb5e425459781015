package node

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/transship/transship/test/cluster/controlplane"
	"github.com/transship/transship/test/cluster/process"
)

// kubeletConfig keeps the Pods in the cluster's own control group and never evicts: a full disk of the host is not
// the test's subject. The oom score of the kubelet itself stays as it is, since lowering it takes a capability.
const kubeletConfig = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: false}, x509: {clientCAFile: %[1]q}}
authorization: {mode: AlwaysAllow}
containerRuntimeEndpoint: %[2]q
cgroupDriver: cgroupfs
cgroupRoot: %[3]q
failCgroupV1: false
clusterDomain: cluster.local
clusterDNS: [%[4]q]
resolvConf: %[5]q
volumePluginDir: %[6]q
makeIPTablesUtilChains: false
failSwapOn: false
serializeImagePulls: false
maxPods: 250
oomScoreAdj: 0
imageGCHighThresholdPercent: 100
evictionHard: {nodefs.available: 0%%, imagefs.available: 0%%, nodefs.inodesFree: 0%%, imagefs.inodesFree: 0%%}
nodeStatusUpdateFrequency: 5s
registryPullQPS: 100
registryBurst: 200
kubeAPIQPS: 500
kubeAPIBurst: 1000
eventRecordQPS: 0
`

func startKubelet(plane *controlplane.ControlPlane, socket string) (*process.Process, error) {
	dir := filepath.Join(plane.Dir, "node")
	for _, path := range cgroupDirs(plane.Dir) {
		// A hierarchy that refuses is one the kubelet does not use, or it says so itself.
		_ = os.Mkdir(path, 0o755)
	}
	config := fmt.Sprintf(kubeletConfig, filepath.Join(plane.Dir, "pki", "ca.crt"), "unix://"+socket,
		"/"+cgroup(plane.Dir), controlplane.DNSServiceIP, filepath.Join(dir, "resolv.conf"), filepath.Join(dir, "volume-plugins"))
	err := writeFiles(map[string]string{
		filepath.Join(dir, "kubelet.yaml"): config,
		filepath.Join(dir, "resolv.conf"):  "",
	})
	if err != nil {
		return nil, err
	}
	kubeconfig, err := plane.ComponentKubeconfig("system:node:"+Name, "system:nodes")
	if err != nil {
		return nil, err
	}
	return plane.Run(
		"kubelet",
		"--config="+filepath.Join(dir, "kubelet.yaml"),
		"--kubeconfig="+kubeconfig,
		"--root-dir="+filepath.Join(dir, "kubelet"),
		"--cert-dir="+filepath.Join(dir, "kubelet-pki"),
		"--hostname-override="+Name,
		"--node-ip="+IP,
		"--v=2",
	)
}

func startProxy(plane *controlplane.ControlPlane) (*process.Process, error) {
	kubeconfig, err := plane.ComponentKubeconfig("system:kube-proxy", "system:masters")
	if err != nil {
		return nil, err
	}
	return plane.Run(
		"kube-proxy",
		"--kubeconfig="+kubeconfig,
		"--hostname-override="+Name,
		"--proxy-mode=nftables",
		"--cluster-cidr="+controlplane.PodRange,
		// The conntrack table's size is the machine's.
		"--conntrack-max-per-core=0",
		"--conntrack-min=0",
		"--conntrack-tcp-timeout-established=0",
		"--conntrack-tcp-timeout-close-wait=0",
	)
}
