package transform

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestResources(t *testing.T) {
	type quantities map[corev1.ResourceName]string
	for name, c := range map[string]struct {
		yaml             string
		limits, requests quantities
	}{
		"none":                         {``, nil, nil},
		"trap 12: a limit alone":       {`cpus: 2, mem_limit: 4g`, quantities{"cpu": "2", "memory": "4Gi"}, quantities{"cpu": "100m", "memory": "128Mi"}},
		"a small limit alone":          {`cpus: 0.05, mem_limit: 64m`, quantities{"cpu": "50m", "memory": "64Mi"}, quantities{"cpu": "50m", "memory": "64Mi"}},
		"trap 13: 512m is mebibytes":   {`mem_limit: 512m`, quantities{"memory": "512Mi"}, quantities{"memory": "128Mi"}},
		"plain bytes":                  {`mem_limit: 100000001`, quantities{"memory": "100000001"}, quantities{"memory": "100000001"}},
		"a 32-bit float":               {`cpus: 0.1`, quantities{"cpu": "100m"}, quantities{"cpu": "100m"}},
		"a tiny share":                 {`cpus: 0.0001`, quantities{"cpu": "1m"}, quantities{"cpu": "1m"}},
		"a quota":                      {`cpu_quota: 50000`, quantities{"cpu": "500m"}, quantities{"cpu": "100m"}},
		"a quota with its period":      {`cpu_quota: 30000, cpu_period: 20000`, quantities{"cpu": "1500m"}, quantities{"cpu": "100m"}},
		"no quota":                     {`cpu_quota: -1`, nil, nil},
		"deploy":                       {`deploy: {resources: {limits: {cpus: "0.5", memory: 512M}, reservations: {cpus: "0.25", memory: 128M}}}`, quantities{"cpu": "500m", "memory": "512Mi"}, quantities{"cpu": "250m", "memory": "128Mi"}},
		"a reservation alone":          {`mem_reservation: 1g`, nil, quantities{"memory": "1Gi"}},
		"a reservation over its limit": {`mem_limit: 1g, mem_reservation: 2g`, quantities{"memory": "1Gi"}, quantities{"memory": "1Gi"}},
		"the writable layer":           {`storage_opt: {size: 10G}`, quantities{"ephemeral-storage": "10Gi"}, quantities{"ephemeral-storage": "128Mi"}},
		"chosen requests":              {`mem_limit: 1g, x-kubernetes: {requests: {memory: 512Mi, cpu: 20m}}`, quantities{"memory": "1Gi"}, quantities{"memory": "512Mi", "cpu": "20m"}},
		"chosen storage":               {`x-kubernetes: {ephemeralStorage: {limit: 2Gi, request: 1Gi}}`, quantities{"ephemeral-storage": "2Gi"}, quantities{"ephemeral-storage": "1Gi"}},
	} {
		t.Run(name, func(t *testing.T) {
			yaml := `services: {x: {image: a}}`
			if c.yaml != "" {
				yaml = `services: {x: {image: a, ` + c.yaml + `}}`
			}
			got := mainContainer(t, convertYAML(t, yaml), "x").Resources
			for what, pair := range map[string]struct {
				got  corev1.ResourceList
				want quantities
			}{"limits": {got.Limits, c.limits}, "requests": {got.Requests, c.requests}} {
				if len(pair.got) != len(pair.want) {
					t.Errorf("%s %v, want %v", what, pair.got, pair.want)
				}
				for resource, want := range pair.want {
					if q := pair.got[resource]; q.String() != want {
						t.Errorf("%s of %s: %s, want %s", what, resource, q.String(), want)
					}
				}
			}
		})
	}
}

func TestReservationOverLimitIsReported(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, mem_limit: 1g, mem_reservation: 2g}}`)
	if f := finding(t, r, "reservation-over-limit"); f.Path.String() != "services.x.mem_reservation" {
		t.Errorf("reported at %s", f.Path)
	}
}

func TestStorageOptions(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: a, storage_opt: {size: much, dm.basesize: 1G}}}`)
	var found int
	for _, f := range r.Findings {
		if f.Code == "storage-opt" {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d findings, want one for each option that cannot be carried: %v", found, codes(r))
	}
}

func TestGPUs(t *testing.T) {
	for name, c := range map[string]struct {
		yaml     string
		resource corev1.ResourceName
		want     string
		code     string
	}{
		"all":                  {`gpus: all`, "nvidia.com/gpu", "1", "gpu-all"},
		"two":                  {`gpus: [{count: 2}]`, "nvidia.com/gpu", "2", ""},
		"by their ids":         {`gpus: [{device_ids: ["0", "3"]}]`, "nvidia.com/gpu", "2", "gpu-ids"},
		"another vendor":       {`gpus: [{driver: amd, count: 1}]`, "amd.com/gpu", "1", ""},
		"an unknown driver":    {`gpus: [{driver: acme, count: 1}]`, "nvidia.com/gpu", "0", "device-request"},
		"a reservation":        {`deploy: {resources: {reservations: {devices: [{capabilities: [gpu], count: 1}]}}}`, "nvidia.com/gpu", "1", ""},
		"a reserved TPU":       {`deploy: {resources: {reservations: {devices: [{capabilities: [tpu]}]}}}`, "nvidia.com/gpu", "0", "device-request"},
		"a name of a quota":    {`deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: requests.a/b, value: 2}}]}}}`, "requests.a/b", "0", "device-request"},
		"a generic GPU":        {`deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: NVIDIA-GPU, value: 2}}]}}}`, "nvidia.com/gpu", "2", ""},
		"a generic resource":   {`deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: acme.com/fpga, value: 2}}]}}}`, "acme.com/fpga", "2", ""},
		"an unknown kind":      {`deploy: {resources: {reservations: {generic_resources: [{discrete_resource_spec: {kind: SSD, value: 2}}]}}}`, "SSD", "0", "device-request"},
		"a device of a plugin": {`devices: ["/dev/dri:/dev/dri"], x-kubernetes: {devices: {/dev/dri: gpu.intel.com/i915}}`, "gpu.intel.com/i915", "1", "device-plugin"},
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, `services: {x: {image: a, `+c.yaml+`}}`)
			q := mainContainer(t, r, "x").Resources.Limits[c.resource]
			if q.String() != c.want {
				t.Errorf("%s: %s, want %s; %v", c.resource, q.String(), c.want, codes(r))
			}
			if c.code != "" {
				finding(t, r, c.code)
			}
		})
	}
}

func TestGPUCapabilities(t *testing.T) {
	for capabilities, want := range map[string]string{
		"[gpu]": "", "[gpu, compute, utility]": "", "[gpu, video, compute]": "compute,video",
	} {
		c := mainContainer(t, convertYAML(t, `services: {x: {image: a, gpus: [{count: 1, capabilities: `+capabilities+`}]}}`), "x")
		var got string
		for _, v := range c.Env {
			if v.Name == "NVIDIA_DRIVER_CAPABILITIES" {
				got = v.Value
			}
		}
		if got != want {
			t.Errorf("%s: variable %q, want %q", capabilities, got, want)
		}
	}
}

// TestAmountsThatAreNone: what Docker refuses is not left out in silence; -1 means "no limit".
func TestAmountsThatAreNone(t *testing.T) {
	for keys, reported := range map[string]bool{
		"mem_limit: -5": true, "cpus: -1": true, "mem_reservation: -2": true, "cpu_quota: -5": true,
		"deploy: {resources: {limits: {memory: \"-5\"}}}": true,
		"mem_limit: -1": false, "cpu_quota: -1": false, "cpus: 0": false, "mem_limit: 0": false,
	} {
		r := convertYAML(t, "services: {x: {image: a, "+keys+"}}")
		if hasCode(r, "resource-limit") != reported {
			t.Errorf("%s: %v", keys, codes(r))
		}
		if limits := mainContainer(t, r, "x").Resources.Limits; len(limits) > 0 {
			t.Errorf("%s: limits %v", keys, limits)
		}
	}
}

// TestWhatCannotBeShared: the API server wants the request of devices and huge pages to equal their limit.
func TestWhatCannotBeShared(t *testing.T) {
	c := mainContainer(t, convertYAML(t, `services: {x: {image: a, gpus: [{count: 2}], x-kubernetes: {requests: {nvidia.com/gpu: 1, hugepages-2Mi: 4Mi, memory: 64Mi}}}}`), "x")
	for _, name := range []corev1.ResourceName{"nvidia.com/gpu", "hugepages-2Mi"} {
		limit, request := c.Resources.Limits[name], c.Resources.Requests[name]
		if limit.IsZero() || limit.Cmp(request) != 0 {
			t.Errorf("%s: limit %s, request %s", name, limit.String(), request.String())
		}
	}
	r := convertYAML(t, `services: {x: {image: a, x-kubernetes: {requests: {hugepages-2Mi: 4Mi}}}}`)
	if finding(t, r, "extension-value"); len(mainContainer(t, r, "x").Resources.Requests) != 0 {
		t.Error("huge pages alone are refused")
	}
}

// TestDiskLimitAlone is trap 12 for the writable layer: without a request Kubernetes reserves the limit.
func TestDiskLimitAlone(t *testing.T) {
	for _, keys := range []string{`storage_opt: {size: 10G}`, `x-kubernetes: {ephemeralStorage: {limit: 10Gi}}`} {
		request := mainContainer(t, convertYAML(t, `services: {x: {image: a, `+keys+`}}`), "x").Resources.Requests[corev1.ResourceEphemeralStorage]
		if request.String() != "128Mi" {
			t.Errorf("%s: request %s", keys, request.String())
		}
	}
}

func TestReservationsPointToTheirKeys(t *testing.T) {
	for keys, want := range map[string]string{
		`mem_limit: 1g, mem_reservation: 2g`: "mem_reservation",
		`mem_limit: 1g, deploy: {resources: {reservations: {memory: 2g}}}, x-kubernetes: {requests: {cpu: 1}}`:     "deploy.resources.reservations.memory",
		`mem_limit: 1g, deploy: {resources: {reservations: {cpus: "1"}}}, x-kubernetes: {requests: {memory: 2Gi}}`: "x-kubernetes.requests.memory",
		`x-kubernetes: {ephemeralStorage: {limit: 1Gi, request: 2Gi}}`:                                             "x-kubernetes.ephemeralStorage.request",
	} {
		f := finding(t, convertYAML(t, `services: {x: {image: a, `+keys+`}}`), "reservation-over-limit")
		if f.Path.String() != "services.x."+want {
			t.Errorf("%s: at %s", keys, f.Path)
		}
	}
}

func TestSharedMemoryCountsAsMemory(t *testing.T) {
	finding(t, convertYAML(t, `services: {x: {image: a, mem_limit: 1g, shm_size: 1g}}`), "shm-size")
	if r := convertYAML(t, `services: {x: {image: a, mem_limit: 1g, shm_size: 512m}}`); hasCode(r, "shm-size") {
		t.Errorf("%v", r.Findings)
	}
}
