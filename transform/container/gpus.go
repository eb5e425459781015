package container

import (
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Extended resources of the device plugins, by the driver that Compose names. Sources: the documentation of the
// NVIDIA, AMD and Intel device plugins.
var gpuResources = map[string]corev1.ResourceName{
	"": "nvidia.com/gpu", "nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "intel": "gpu.intel.com/xe",
}

// genericResources maps the kinds of Swarm's user-defined resources that have a usual meaning.
var genericResources = map[string]corev1.ResourceName{"gpu": "nvidia.com/gpu", "nvidia-gpu": "nvidia.com/gpu"}

// gpuRequest is one request for GPUs and where it stands.
type gpuRequest struct {
	types.DeviceRequest
	at diag.Path
}

// gpuRequests returns the requests of `gpus` and those in deploy.resources.reservations.devices that ask for a GPU;
// others have no equivalent.
func gpuRequests(u *input.Container) []gpuRequest {
	var all []gpuRequest
	for i, device := range u.Spec.Gpus {
		all = append(all, gpuRequest{device, u.At.Key("gpus").Index(i)})
	}
	reservations := u.DeployResources().Reservations
	if reservations == nil {
		return all
	}
	for i, device := range reservations.Devices {
		at := u.At.Key("deploy", "resources", "reservations", "devices").Index(i)
		if slices.Contains(device.Capabilities, "gpu") || device.Driver == "nvidia" {
			all = append(all, gpuRequest{device, at})
		}
	}
	return all
}

// extendedResources returns the devices the container asks for as extended resources of a device plugin.
//
// Docker hands out GPUs of one host, all of them by default and to any number of containers; a device plugin gives each
// container whole devices of its own and knows no "all".
// Spec: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#devices,
// https://kubernetes.io/docs/tasks/manage-gpus/scheduling-gpus/
func extendedResources(u *input.Container, findings *report.Findings) map[corev1.ResourceName]int64 {
	counts := map[corev1.ResourceName]int64{}
	for _, r := range gpuRequests(u) {
		name, known := gpuResources[strings.ToLower(r.Driver)]
		if !known {
			findings.Addf("device-request", r.at.Key("driver"), "name the resource of a device plugin: x-kubernetes: {devices: {…}}",
				"no device plugin is known for the driver %q; the container gets no such device", r.Driver)
			continue
		}
		counts[name] += gpuCount(r, findings)
	}
	otherDeviceRequests(u, findings)
	genericResourceCounts(u, counts, findings)
	for _, resource := range mappedDevices(u) {
		counts[resource]++
	}
	return counts
}

func gpuCount(r gpuRequest, findings *report.Findings) int64 {
	switch {
	case len(r.IDs) > 0:
		findings.Addf("gpu-ids", r.at.Key("device_ids"), "choose nodes by a label such as nvidia.com/gpu.product",
			"the scheduler picks the GPUs: %d of them, not those with the ids %s", len(r.IDs), strings.Join(r.IDs, ", "))
		return int64(len(r.IDs))
	case r.Count <= 0:
		findings.Add("gpu-all", r.at, "all GPUs are asked for, which Kubernetes cannot say: the container gets one, for itself alone", "set count")
		return 1
	}
	return int64(r.Count)
}

// otherDeviceRequests reports reservations for devices that are no GPUs.
func otherDeviceRequests(u *input.Container, findings *report.Findings) {
	reservations := u.DeployResources().Reservations
	if reservations == nil {
		return
	}
	for i, device := range reservations.Devices {
		if !slices.Contains(device.Capabilities, "gpu") && device.Driver != "nvidia" {
			findings.Addf("device-request", u.At.Key("deploy", "resources", "reservations", "devices").Index(i),
				"install a device plugin and add its resource with patches", "no resource is known for a device that can %s; the container does not get it",
				strings.Join(device.Capabilities, ", "))
		}
	}
}

// genericResourceCounts adds Swarm's generic resources, as far as their kind has a usual meaning or is the name of a
// resource already.
func genericResourceCounts(u *input.Container, counts map[corev1.ResourceName]int64, findings *report.Findings) {
	reservations := u.DeployResources().Reservations
	if reservations == nil {
		return
	}
	for i, g := range reservations.GenericResources {
		if g.DiscreteResourceSpec == nil {
			continue
		}
		spec := g.DiscreteResourceSpec
		name, known := genericResources[strings.ToLower(spec.Kind)]
		if !known && extension.IsDevice(spec.Kind) {
			name, known = corev1.ResourceName(spec.Kind), true
		}
		if !known {
			findings.Addf("device-request", u.At.Key("deploy", "resources", "reservations", "generic_resources").Index(i),
				"name the kind as a device plugin does, domain/resource", "no resource is known for the kind %q; it is not reserved", spec.Kind)
			continue
		}
		counts[name] += max(spec.Value, 0)
	}
}

// gpuVariables returns NVIDIA_DRIVER_CAPABILITIES for capabilities beyond the usual compute and utility: Docker passes
// them to the NVIDIA runtime, which otherwise reads this variable.
func gpuVariables(u *input.Container) map[string]string {
	var capabilities []string
	for _, r := range gpuRequests(u) {
		if driver := strings.ToLower(r.Driver); driver != "" && driver != "nvidia" {
			continue
		}
		for _, c := range r.Capabilities {
			if c != "gpu" && c != "nvidia" && !slices.Contains(capabilities, c) {
				capabilities = append(capabilities, c)
			}
		}
	}
	slices.Sort(capabilities)
	if len(capabilities) == 0 || slices.Equal(capabilities, []string{"compute", "utility"}) {
		return nil
	}
	return map[string]string{"NVIDIA_DRIVER_CAPABILITIES": strings.Join(capabilities, ",")}
}
