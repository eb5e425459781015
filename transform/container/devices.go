package container

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// onEveryNode matches the devices that the kernel itself has, on any machine.
// Source: https://www.kernel.org/doc/html/latest/admin-guide/devices.html
var onEveryNode = pattern.New(`^/dev/(kmsg|mem|null|zero|full|u?random|tty|console|ptmx|fuse|loop-control|net/tun|mapper/control|cpu_dma_latency)$`)

// cdiName matches the qualified name of a device of the Container Device Interface: vendor.com/class=name.
var cdiName = pattern.New(`^[A-Za-z0-9][\w.-]*/[\w.-]+=[\w.:-]+$`)

// mappedDevices returns the resources that x-kubernetes.devices names for the container's devices.
func mappedDevices(u *input.Container) []corev1.ResourceName {
	var resources []corev1.ResourceName
	for _, d := range u.Spec.Devices {
		if resource := u.Service.Ext.Devices[d.Source]; resource != "" {
			resources = append(resources, corev1.ResourceName(resource))
		}
	}
	return resources
}

// unmappedDevices returns the devices that no device plugin hands out.
func unmappedDevices(u *input.Container) []types.DeviceMapping {
	var devices []types.DeviceMapping
	for _, d := range u.Spec.Devices {
		if u.Service.Ext.Devices[d.Source] == "" {
			devices = append(devices, d)
		}
	}
	return devices
}

// wantsDevices reports whether the container is to be privileged for the sake of its devices.
//
// Docker puts the device node into the container and allows it in the device cgroup. Kubernetes has no key for the
// latter: a hostPath mount of /dev/x shows the node, but opening it fails with EPERM unless the container is privileged. So
// devices are left out with a warning; a device plugin is the way to have them, --allow=devices makes the container privileged.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#devices,
// https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/device-plugins/
func wantsDevices(p *input.Project, u *input.Container) bool {
	return p.Options.Allows("devices") && (len(unmappedDevices(u)) > 0 || len(u.Spec.DeviceCgroupRules) > 0)
}

// reportDevices reports the devices the container does not get, or what it takes to get them.
func reportDevices(p *input.Project, u *input.Container, findings *report.Findings) {
	const advice = "install a device plugin and name its resource in x-kubernetes: {devices: {%s: …}}, or --allow=devices makes the container privileged on its node"
	for i, device := range u.Spec.Devices {
		at := u.At.Key("devices").Index(i)
		switch {
		case u.Service.Ext.Devices[device.Source] != "":
			findings.Addf("device-plugin", at, "", "%s is the resource %s of a device plugin", device.Source, u.Service.Ext.Devices[device.Source])
		case cdiName.MatchString(device.Source):
			findings.Addf("devices", at, "ask for it with a ResourceClaim (dynamic resource allocation) or a device plugin",
				"%s is a device of the Container Device Interface, which a Pod cannot name; the container does not get it", device.Source)
		case !path.IsAbs(device.Source):
			findings.Addf("devices", at, "write a path such as /dev/kvm", "the container does not get %s: it is no path of a device", device.Source)
		case u.Spec.Privileged && device.Source == device.Target && onEveryNode.MatchString(device.Source):
		case u.Spec.Privileged && device.Source == device.Target: // as on Docker, it has the devices of its machine as they are called there
			findings.Addf("devices", at, "see that the Pod lands on a node with the device",
				"%s is that of the node on which the Pod happens to run, which may be one without it", device.Source)
		case wantsDevices(p, u):
			findings.Addf("devices", at, "see that the Pod lands on a node with the device",
				"%s is mounted from the node and the container is privileged: it can reach every device of the node", deviceText(device))
		default:
			findings.Addf("devices", at, strings.Replace(advice, "%s", device.Source, 1), "the container does not get %s: Kubernetes has no key for single devices", deviceText(device))
		}
	}
	reportUnlistedDevices(u, findings)
	if len(u.Spec.DeviceCgroupRules) > 0 {
		message := "the rules are left out: Kubernetes does not set the device cgroup of a container"
		if wantsDevices(p, u) {
			message = "the container is privileged instead: it can reach every device of the node"
		}
		findings.Add("devices", u.At.Key("device_cgroup_rules"), message, "--allow=devices makes the container privileged")
	}
}

// deviceText names a device with what the file says about it.
func deviceText(d types.DeviceMapping) string {
	text := d.Source
	if d.Target != "" && d.Target != d.Source {
		text += " as " + d.Target
	}
	if d.Permissions != "" && d.Permissions != "rwm" {
		text += " (" + d.Permissions + ")"
	}
	return text
}

// deviceMounts mounts the device nodes of a container that is privileged for them.
func deviceMounts(p *input.Project, u *input.Container) []plan.Mount {
	if !wantsDevices(p, u) {
		return nil
	}
	var mounts []plan.Mount
	for _, device := range unmappedDevices(u) {
		if cdiName.MatchString(device.Source) || !path.IsAbs(device.Source) {
			continue
		}
		source := path.Clean(device.Source) // the API server takes no ..
		target := cmp.Or(device.Target, device.Source)
		volume := corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: source, Type: new(deviceType(source))}}
		mounts = append(mounts, plan.Mount{
			At: u.At.Key("devices"), Target: target, Wish: "dev-" + path.Base(source), Volumes: []corev1.VolumeSource{volume},
		})
	}
	return mounts
}

// Device paths that are directories or block devices; every other one is taken for a character device.
var (
	deviceDirectory = pattern.New(`^/dev/(dri|snd|input|bus(/.*)?|serial(/.*)?|shm|infiniband|mapper|disk(/.*)?|nvidia-caps)/?$`)
	blockDevice     = pattern.New(`^/dev/(sd[a-z]+\d*|nvme\d+n\d+(p\d+)?|vd[a-z]+\d*|xvd[a-z]+\d*|loop\d+|dm-\d+|md\d+|sr\d+|mmcblk\d+(p\d+)?|mapper/.+)$`)
)

func deviceType(source string) corev1.HostPathType {
	switch {
	case deviceDirectory.MatchString(source):
		return corev1.HostPathDirectory
	case blockDevice.MatchString(source):
		return corev1.HostPathBlockDev
	}
	return corev1.HostPathCharDev
}

// reportUnlistedDevices reports paths that x-kubernetes.devices gives a resource and `devices` does not name: a typing error, or a
// resource that nobody asks for.
func reportUnlistedDevices(u *input.Container, findings *report.Findings) {
	if u.IsHook {
		return
	}
	for _, name := range sorted.Keys(u.Service.Ext.Devices) {
		if !slices.ContainsFunc(u.Spec.Devices, func(d types.DeviceMapping) bool { return d.Source == name }) {
			findings.Addf("extension-value", u.Service.Path.Key("x-kubernetes", "devices", name), "add it to devices of the service, or correct the path", "the service has no device %s", name)
		}
	}
}
