package main

import (
	"context"
	"os"
	_ "time/tzdata" // CronJobs may name a time zone that the host does not know

	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // the kubelet's configuration may ask for JSON logs
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client metrics are part of the components' /metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // so is the version
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kubeproxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"github.com/transship/transship/test/cluster/process"
)

// components are the programs this binary can be, by their usual names. Each is built only when asked for:
// their flags and feature gates are global to a process.
var components = map[string]func(){
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kube-apiserver":          func() { os.Exit(cli.Run(apiserver.NewAPIServerCommand())) },
	"kube-controller-manager": func() { os.Exit(cli.Run(controllermanager.NewControllerManagerCommand())) },
	"kube-scheduler":          func() { os.Exit(cli.Run(scheduler.NewSchedulerCommand())) },
	"kubelet":                 func() { os.Exit(cli.Run(kubelet.NewKubeletCommand(context.Background()))) },
	"kube-proxy":              func() { os.Exit(cli.Run(kubeproxy.NewProxyCommand())) },
}

// runComponent becomes the component that the first argument names, if it names one.
func runComponent() {
	if len(os.Args) < 2 {
		return
	}
	run, ok := components[os.Args[1]]
	if !ok {
		return
	}
	process.ObeyLifeline()
	os.Args = os.Args[1:]
	run()
}
