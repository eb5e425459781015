package pod

import (
	"math"

	"github.com/compose-spec/compose-go/v2/types"
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/transship/transship/transform/container"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

// defaultProgressDeadline is what a Deployment has when it does not say.
const defaultProgressDeadline = 600

// deploymentUpdate decides how a change of the Deployment is rolled out.
//
// docker compose stops a container and then starts its successor. Where two of them cannot live side by side (a volume
// that one node may write to, a port of the node), or where the second would only do the work of the first (alone), Recreate does the
// same; everywhere else the successor starts first and the service stays up, as long as a readiness probe says when it is. deploy.update_config is Swarm's and says it
// exactly. Spec: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#update_config,
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
func deploymentUpdate(b *workload.Pod, exclusive string, alone, ready bool, minReadySeconds int32, findings *report.Findings) plan.DeploymentUpdate {
	var d plan.DeploymentUpdate
	config := updateConfig(b)
	switch {
	case exclusive != "":
		d.Strategy.Type = appsv1.RecreateDeploymentStrategyType
		if config != nil && config.Order == "start-first" {
			findings.Addf("update-order", b.Main.Key("deploy", "update_config", "order"), "use stop-first, or remove what two Pods cannot share",
				"the old Pod stops before the new one starts: both cannot hold %s at once", exclusive)
		}
	case config != nil:
		d.Strategy = swarmStrategy(config, b.Main.Scale())
	case isOnePerNode(b): // a new Pod would wait for a node that the old one keeps
		d.Strategy = rollingUpdate(intstr.FromInt32(0), intstr.FromInt32(1))
	case alone:
		d.Strategy.Type = appsv1.RecreateDeploymentStrategyType
	case ready:
		d.Strategy = rollingUpdate(intstr.FromInt32(1), intstr.FromInt32(0))
	}
	d.ProgressDeadline = progressDeadline(b.Main.Scale(), minReadySeconds)
	return d
}

// progressDeadline returns after how long without progress a rollout counts as stuck, nil for the usual time. It must be longer than
// a Pod takes to count as ready.
func progressDeadline(replicas, minReadySeconds int32) *int32 {
	deadline := 2 * int64(max(replicas, 1)) * int64(minReadySeconds)
	if deadline <= defaultProgressDeadline {
		return nil
	}
	return new(int32(min(deadline, math.MaxInt32)))
}

func rollingUpdate(surge, unavailable intstr.IntOrString) appsv1.DeploymentStrategy {
	return appsv1.DeploymentStrategy{
		Type:          appsv1.RollingUpdateDeploymentStrategyType,
		RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: &surge, MaxUnavailable: &unavailable},
	}
}

// swarmStrategy is the strategy for an update_config: how many at once, and whether old or new goes first.
func swarmStrategy(c *types.UpdateConfig, replicas int32) appsv1.DeploymentStrategy {
	parallel := parallelism(c)
	switch {
	case c.Order == "start-first" && parallel == 0:
		return rollingUpdate(intstr.FromString("100%"), intstr.FromInt32(0))
	case c.Order == "start-first":
		return rollingUpdate(intstr.FromInt32(parallel), intstr.FromInt32(0))
	case parallel == 0 || parallel >= replicas:
		return appsv1.DeploymentStrategy{Type: appsv1.RecreateDeploymentStrategyType}
	default:
		return rollingUpdate(intstr.FromInt32(0), intstr.FromInt32(parallel))
	}
}

// parallelism is how many are updated at once: 1 unless written, 0 for all.
func parallelism(c *types.UpdateConfig) int32 {
	if c.Parallelism == nil {
		return 1
	}
	return int32(min(*c.Parallelism, 1<<29)) // more would overflow in the controller, which adds it to the replicas
}

func updateConfig(b *workload.Pod) *types.UpdateConfig {
	if b.Main.Config.Deploy == nil {
		return nil
	}
	return b.Main.Config.Deploy.UpdateConfig
}

// reportOtherConfigs reports the update_config of services that share the Pod of another one, which is updated as a whole.
func reportOtherConfigs(b *workload.Pod, findings *report.Findings) {
	for _, m := range b.Members {
		if m != b.Main && m.Config.Deploy != nil && m.Config.Deploy.UpdateConfig != nil {
			findings.Addf("pod-level", m.Key("deploy", "update_config"), "write it for "+b.Main.Name, "the Pod of %s is updated as a whole, by what that service says", b.Main.Name)
		}
	}
}

// exclusive names what only one Pod of the workload can hold at a time, or "".
func exclusive(b *workload.Pod, mounted []*plan.Claim, mains []*plan.Container, hostNetwork bool) string {
	if hostNetwork {
		return "its ports on the node"
	}
	if pinsVolume(b, mounted) {
		return "its volume"
	}
	for _, c := range mains {
		for _, p := range c.Ports {
			if p.HostPort != 0 {
				return "its port on the node"
			}
		}
	}
	for _, m := range b.Members {
		if m.Ext.Singleton {
			return "what x-kubernetes.singleton protects"
		}
	}
	return ""
}

// hasReadiness reports whether a container of the Pod says when it is ready.
func hasReadiness(mains []*plan.Container) bool {
	for _, c := range mains {
		if c.Readiness != nil {
			return true
		}
	}
	return false
}

// minReady returns how long a new Pod must be ready before the next one: Swarm waits `delay` between two and watches each
// for `monitor`.
func minReady(c *types.UpdateConfig) int32 {
	if c == nil {
		return 0
	}
	longest := max(c.Delay, c.Monitor)
	if longest <= 0 {
		return 0
	}
	return min(container.Seconds(container.Duration(&longest)), math.MaxInt32/2) // leaves room for a longer deadline
}

// reportUpdateLosses reports what a rollout does not do: it stops at a failure, and neither goes back nor on.
func reportUpdateLosses(b *workload.Pod, findings *report.Findings) {
	reportOtherConfigs(b, findings)
	c := updateConfig(b)
	if c == nil {
		return
	}
	at := b.Main.Key("deploy", "update_config", "failure_action")
	switch c.FailureAction {
	case "rollback":
		findings.Add("update-failure", at, "a failed update stops, it is not rolled back", "kubectl rollout undo, or a controller such as Argo Rollouts or Flagger")
	case "continue":
		findings.Add("update-failure", at, "a failed update stops, it does not go on", "")
	case "", "pause":
	default:
		findings.Addf("update-failure", at, "write pause, continue or rollback", "%q is no action that Swarm knows: a failed update stops", c.FailureAction)
	}
}

// reportStatefulSetUpdates reports what a StatefulSet does at an update: always one Pod after the other, the old one first. Its
// maxUnavailable is off by default in every version (feature gate MaxUnavailableStatefulSet).
func reportStatefulSetUpdates(b *workload.Pod, findings *report.Findings) {
	config := updateConfig(b)
	if config != nil && (parallelism(config) != 1 || config.Order == "start-first") {
		findings.Add("update-order", b.Main.Key("deploy", "update_config"), "a StatefulSet updates one Pod after the other and stops the old one first", "")
	}
}

// daemonSetUpdate decides how a DaemonSet is updated; it has no Recreate, and one node after the other is its default.
func daemonSetUpdate(b *workload.Pod, exclusive string, findings *report.Findings) appsv1.DaemonSetUpdateStrategy {
	config := updateConfig(b)
	if config == nil {
		return appsv1.DaemonSetUpdateStrategy{}
	}
	parallel, zero := intstr.FromInt32(parallelism(config)), intstr.FromInt32(0)
	if parallelism(config) == 0 {
		parallel = intstr.FromString("100%")
	}
	update := &appsv1.RollingUpdateDaemonSet{MaxUnavailable: &parallel, MaxSurge: &zero}
	if config.Order == "start-first" {
		if exclusive != "" {
			findings.Addf("update-order", b.Main.Key("deploy", "update_config", "order"), "use stop-first",
				"the old Pod of a node stops before the new one starts: both cannot hold %s at once", exclusive)
		} else {
			update.MaxUnavailable, update.MaxSurge = update.MaxSurge, update.MaxUnavailable
		}
	}
	return appsv1.DaemonSetUpdateStrategy{Type: appsv1.RollingUpdateDaemonSetStrategyType, RollingUpdate: update}
}
