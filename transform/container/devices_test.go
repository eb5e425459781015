package container

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestDeviceTypes(t *testing.T) {
	for path, want := range map[string]corev1.HostPathType{
		"/dev/ttyUSB0": corev1.HostPathCharDev, "/dev/kvm": corev1.HostPathCharDev, "/dev/sda1": corev1.HostPathBlockDev,
		"/dev/nvme0n1": corev1.HostPathBlockDev, "/dev/dri": corev1.HostPathDirectory, "/dev/dri/card0": corev1.HostPathCharDev,
	} {
		if got := deviceType(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestSeccompFiles(t *testing.T) {
	for value, want := range map[string]string{
		"./conf/profile.json": "profiles/profile.json", `C:\conf\p.json`: "profiles/p.json", `{"defaultAction": "x"}`: "profiles/profile.json",
	} {
		if got := seccompFile(value); got != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
}
