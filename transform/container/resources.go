package container

import (
	"math"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// Requests of a container that has limits only. Kubernetes would take the limit as request and reserve all of it on
// a node; Docker reserves nothing.
var (
	defaultCPURequest    = resource.MustParse("100m")
	defaultMemoryRequest = resource.MustParse("128Mi")
	defaultDiskRequest   = resource.MustParse("128Mi")
)

// resources returns the limits and requests of the container.
//
// Docker's limits are limits here too. Its reservations are soft, Kubernetes' requests are what a node must have free.
// Sizes are binary in Compose (1g is 2^30 bytes) and are printed as Ki, Mi, Gi or plain bytes, never as G or m.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/deploy.md#resources,
// https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
func resources(u *input.Container, findings *report.Findings) corev1.ResourceRequirements {
	reportLimits(u, findings)
	limits, requests := corev1.ResourceList{}, corev1.ResourceList{}
	set := func(list corev1.ResourceList, name corev1.ResourceName, q *resource.Quantity) {
		if q != nil {
			list[name] = *q
		}
	}
	set(limits, corev1.ResourceCPU, cpuLimit(u, findings))
	set(limits, corev1.ResourceMemory, input.Bytes(u.MemoryLimit()))
	set(limits, corev1.ResourceEphemeralStorage, storageLimit(u, findings))
	cpu, memory := reservations(u)
	set(requests, corev1.ResourceCPU, cpu)
	set(requests, corev1.ResourceMemory, memory)
	if e := u.Service.Ext.EphemeralStorage; e != nil && !u.IsHook {
		set(limits, corev1.ResourceEphemeralStorage, e.Limit)
		set(requests, corev1.ResourceEphemeralStorage, e.Request)
	}
	requestUnlessGiven(requests, limits, corev1.ResourceCPU, defaultCPURequest)
	requestUnlessGiven(requests, limits, corev1.ResourceMemory, defaultMemoryRequest)
	requestUnlessGiven(requests, limits, corev1.ResourceEphemeralStorage, defaultDiskRequest)
	for name, count := range extendedResources(u, findings) {
		limits[name] = *resource.NewQuantity(count, resource.DecimalSI)
	}
	chosenRequests(u, requests, findings)
	limitWhole(requests, limits)
	clampRequests(u, requests, limits, findings)
	r := corev1.ResourceRequirements{}
	if len(limits) > 0 {
		r.Limits = limits
	}
	if len(requests) > 0 {
		r.Requests = requests
	}
	return r
}

// reportLimits tells of amounts that are none: Docker refuses them. -1 stands for "no limit".
func reportLimits(u *input.Container, findings *report.Findings) {
	amounts := []struct {
		value float64
		keys  []string
	}{
		{float64(u.Spec.CPUS), []string{"cpus"}},
		{float64(u.Spec.CPUQuota), []string{"cpu_quota"}},
		{float64(u.Spec.MemLimit), []string{"mem_limit"}},
		{float64(u.Spec.MemReservation), []string{"mem_reservation"}},
	}
	for _, r := range []struct {
		key   string
		value *types.Resource
	}{{"limits", u.DeployResources().Limits}, {"reservations", u.DeployResources().Reservations}} {
		if r.value != nil {
			amounts = append(amounts, []struct {
				value float64
				keys  []string
			}{
				{float64(r.value.NanoCPUs), []string{"deploy", "resources", r.key, "cpus"}},
				{float64(r.value.MemoryBytes), []string{"deploy", "resources", r.key, "memory"}},
			}...)
		}
	}
	for _, a := range amounts {
		if key := a.keys[len(a.keys)-1]; a.value < 0 && (a.value != -1 || key == "cpus") {
			findings.Addf("resource-limit", u.At.Key(a.keys...), "write a positive amount, or remove the line", "%v is not an amount: Docker refuses it, and the conversion sets none", a.value)
		}
	}
}

// limitWhole gives what cannot be shared, devices and huge pages, a limit that equals its request, as the API server wants it. Of the
// devices that the file reserves and x-kubernetes.requests name the latter count.
func limitWhole(requests, limits corev1.ResourceList) {
	for _, name := range sorted.Keys(requests) {
		if strings.Contains(string(name), "/") || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) {
			limits[name] = requests[name]
		}
	}
}

func requestUnlessGiven(requests, limits corev1.ResourceList, name corev1.ResourceName, usual resource.Quantity) {
	limit, limited := limits[name]
	if _, given := requests[name]; given || !limited {
		return
	}
	requests[name] = smaller(limit, usual)
}

func smaller(a, b resource.Quantity) resource.Quantity {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// cpuLimit returns the CPU limit. cpu_quota per cpu_period means the same as cpus; the length of the period is a
// setting of the kubelet. compose-go keeps cpus as a 32-bit float, in which 0.1 is 0.100000001, hence thousandths.
func cpuLimit(u *input.Container, findings *report.Findings) *resource.Quantity {
	if limits := u.DeployResources().Limits; limits != nil && limits.NanoCPUs > 0 {
		return cpuQuantity(float64(limits.NanoCPUs))
	}
	if u.Spec.CPUS > 0 {
		return cpuQuantity(float64(u.Spec.CPUS))
	}
	if u.Spec.CPUQuota > 0 {
		period := u.Spec.CPUPeriod
		if period <= 0 {
			period = 100_000
		}
		return cpuQuantity(float64(u.Spec.CPUQuota) / float64(period))
	}
	if u.Spec.CPUPeriod > 0 {
		findings.Add("cpu-period", u.At.Key("cpu_period"), "the period alone limits nothing; the kubelet has one period for all containers", "set cpus")
	}
	return nil
}

func cpuQuantity(cpus float64) *resource.Quantity {
	return resource.NewMilliQuantity(max(1, int64(math.Round(min(cpus, 1e9)*1000))), resource.DecimalSI)
}

func reservations(u *input.Container) (cpu, memory *resource.Quantity) {
	memory = input.Bytes(u.Spec.MemReservation)
	if r := u.DeployResources().Reservations; r != nil {
		if r.NanoCPUs > 0 {
			cpu = cpuQuantity(float64(r.NanoCPUs))
		}
		if q := input.Bytes(r.MemoryBytes); q != nil {
			memory = q
		}
	}
	return cpu, memory
}

// storageLimit returns the limit of the writable layer for storage_opt.size. Docker answers "no space left" beyond it, the
// kubelet evicts the Pod.
func storageLimit(u *input.Container, findings *report.Findings) *resource.Quantity {
	var limit *resource.Quantity
	for _, key := range sorted.Keys(u.Spec.StorageOpt) {
		at := u.At.Key("storage_opt", key)
		if key != "size" {
			findings.Addf("storage-opt", at, "", "%s has no equivalent: it is an option of Docker's storage driver", key)
			continue
		}
		var size types.UnitBytes
		if err := size.DecodeMapstructure(u.Spec.StorageOpt[key]); err != nil || size <= 0 {
			findings.Addf("storage-opt", at, "write a size such as 10G", "%q is not a size", u.Spec.StorageOpt[key])
			continue
		}
		findings.Add("storage-size", at, "the size is a limit on ephemeral storage: beyond it the Pod is evicted, where Docker says that no space is left", "")
		limit = input.Bytes(size)
	}
	return limit
}

// chosenRequests applies x-kubernetes.requests.
func chosenRequests(u *input.Container, requests corev1.ResourceList, findings *report.Findings) {
	if u.IsHook {
		return
	}
	for _, name := range sorted.Keys(u.Service.Ext.Requests) {
		at := u.At.Key("x-kubernetes", "requests", name)
		q := u.Service.Ext.Requests[name]
		if q.Sign() < 0 {
			findings.Addf("request-quantity", at, "write a quantity such as 250m or 512Mi", "a request cannot be negative: %s", q.String())
			continue
		}
		requests[corev1.ResourceName(name)] = q
	}
	_, cpu := requests[corev1.ResourceCPU]
	_, memory := requests[corev1.ResourceMemory]
	for name := range requests {
		if strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix) && !cpu && !memory {
			delete(requests, name)
			findings.Add("extension-value", u.At.Key("x-kubernetes", "requests", string(name)), "huge pages need a request of cpu or memory beside them: Kubernetes refuses them alone", "add memory to the requests")
		}
	}
}

// clampRequests lowers requests to their limits: the API server refuses a container that asks for more than it may use.
func clampRequests(u *input.Container, requests, limits corev1.ResourceList, findings *report.Findings) {
	for _, name := range sorted.Keys(requests) {
		request := requests[name]
		limit, limited := limits[name]
		if !limited || request.Cmp(limit) <= 0 {
			continue
		}
		requests[name] = limit
		findings.Addf("reservation-over-limit", reservationPath(u, name), "raise the limit or lower the reservation",
			"the reservation of %s (%s) is above its limit (%s): the limit is requested", name, request.String(), limit.String())
	}
}

// reservationPath returns the key that a request comes from.
func reservationPath(u *input.Container, name corev1.ResourceName) diag.Path {
	if _, chosen := u.Service.Ext.Requests[string(name)]; chosen {
		return u.At.Key("x-kubernetes", "requests", string(name))
	}
	r := u.DeployResources().Reservations
	switch {
	case name == corev1.ResourceCPU:
		return u.At.Key("deploy", "resources", "reservations", "cpus")
	case name == corev1.ResourceEphemeralStorage:
		return u.At.Key("x-kubernetes", "ephemeralStorage", "request")
	case r != nil && r.MemoryBytes > 0:
		return u.At.Key("deploy", "resources", "reservations", "memory")
	}
	return u.At.Key("mem_reservation")
}
