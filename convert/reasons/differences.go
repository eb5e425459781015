package reasons

import (
	"slices"
	"strings"
)

// onlySometimes are the keys, without services.*. and the like in front, whose difference from Docker is about other values or other
// fields than those that a conversion has just written: right in the reference, wrong or empty beside the field. The fields that they
// set have reasons of their own, where there is anything to say.
var onlySometimes = []string{
	"volumes", "volumes.[].source", "volumes.[].type", "volumes.[].bind.create_host_path", "volumes.[].bind.recursive",
	"ports", "ports.[].published", "ports.[].host_ip",
	"restart", "deploy.restart_policy", "deploy.restart_policy.condition", "deploy.restart_policy.max_attempts",
	"deploy.update_config", "deploy.update_config.failure_action", "deploy.update_config.order", "deploy.mode", "deploy.placement.max_replicas_per_node",
	"deploy.resources.reservations.devices.[].capabilities", "deploy.resources.reservations.generic_resources",
	"deploy.resources.reservations.generic_resources.[].discrete_resource_spec",
	"deploy.resources.reservations.generic_resources.[].discrete_resource_spec.kind",
	"deploy.resources.reservations.generic_resources.[].discrete_resource_spec.value",
	"configs", "configs.[].source", "secrets", "secrets.[].source", "depends_on.*.required", "domainname", "hostname", "init", "ipc", "network_mode", "pid", "security_opt", "stop_signal", "sysctls", "sysctls.*",
	"triggers.schedule.[].cron", "triggers.schedule.[].timezone",
}

// onlySometimesAtTop are the same for top-level keys.
var onlySometimesAtTop = []string{"volumes.*", "volumes.*.driver", "volumes.*.driver_opts", "volumes.*.driver_opts.*", "networks.*.driver"}

// places are where the difference of a key, by the beginning of its row, is to the point: at a field with one of the words in its path.
var places = []struct{ row, words string }{
	{"post_start", "lifecycle"},
	{"pre_stop", "lifecycle terminationGracePeriodSeconds"},
	{"depends_on", "initContainers"},
	{"healthcheck", "Probe"},
	{"networks", "network.transship Policy"},
	{"labels", "annotations"},
	{"label_file", "annotations"},
	{"annotations", "annotations"},
	{"deploy.labels", "annotations"},
	{"deploy.update_config", "strategy updateStrategy minReadySeconds"},
	{"tmpfs", "volume"},
	{"volumes", "volume"},
	{"platform", "nodeSelector"},
	{"mem_reservation", "requests"},
	{"deploy.placement", "affinity Affinity topologySpreadConstraints"},
}

// HoldsBeside reports whether the difference of a key, by its row in the table of keys, is true and to the point beside a field that the key
// sets in an object of a kind.
func HoldsBeside(row, kind, path string) bool {
	for _, prefix := range []string{"services.*.pre_start.[].", "services.*.", "jobs.*."} {
		below, ok := strings.CutPrefix(row, prefix)
		if !ok {
			continue
		}
		for _, p := range places {
			if strings.HasPrefix(below, p.row) && !slices.ContainsFunc(strings.Fields(p.words), func(word string) bool { return strings.Contains(kind+" "+path, word) }) {
				return false
			}
		}
		return !slices.Contains(onlySometimes, below)
	}
	if strings.HasPrefix(row, "secrets.") || strings.HasPrefix(row, "configs.") { // of the content, which is in an object of its own
		return kind == "Secret" || kind == "ConfigMap"
	}
	return !slices.Contains(onlySometimesAtTop, row)
}
