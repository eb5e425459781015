package keys_test

import (
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/keys"
)

func TestLookup(t *testing.T) {
	for _, c := range []struct {
		name string
		path diag.Path
		want string // pattern, "" for none
	}{
		{"key of a service", diag.At("services", "web", "image"), "services.*.image"},
		{"service with a dot in its name", diag.At("services", "my.db", "image"), "services.*.image"},
		{"item of a list of mappings", diag.At("services", "web", "ports", "[0]"), "services.*.ports"},
		{"key of an item", diag.At("services", "web", "ports", "[1]", "host_ip"), "services.*.ports.[].host_ip"},
		{"item of a list of strings", diag.At("services", "web", "cap_add", "[0]"), "services.*.cap_add"},
		{"key chosen by the user", diag.At("services", "web", "environment", "HOME"), "services.*.environment.*"},
		{"key below an untyped mapping", diag.At("services", "web", "storage_opt", "size"), "services.*.storage_opt"},
		{"the same key of a job", diag.At("jobs", "backup", "image"), "jobs.*.image"},
		{"and of a hook", diag.At("services", "web", "pre_start", "[0]", "image"), "services.*.pre_start.[].image"},
		{"below a key that a hook cannot have", diag.At("services", "web", "pre_start", "[0]", "networks", "n", "aliases"), "services.*.pre_start.[].networks.*.aliases"},
		{"unknown key", diag.At("services", "web", "imagee"), ""},
		{"extension", diag.At("services", "web", "x-kubernetes"), ""},
		{"item where there is no list", diag.At("[0]"), ""},
		{"nothing", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			row, ok := keys.Lookup(c.path)
			if ok != (c.want != "") || row.Path != c.want {
				t.Errorf("Lookup(%s) = %q, %v, want %q", c.path, row.Path, ok, c.want)
			}
		})
	}
}

func TestSharedRowsGiveWayToRowsOfAPlace(t *testing.T) {
	service, _ := keys.Lookup(diag.At("services", "web", "hostname"))
	hook, _ := keys.Lookup(diag.At("services", "web", "pre_start", "[0]", "hostname"))
	if service.Class != keys.Close || hook.Class != keys.Refused {
		t.Errorf("hostname is %s on a service and %s on a hook, want close and refused", service.Class, hook.Class)
	}
	below, _ := keys.Lookup(diag.At("services", "web", "pre_start", "[0]", "networks", "n", "aliases"))
	if below.Class != keys.Refused || below.Code != "hook-pod-level" {
		t.Errorf("networks.*.aliases of a hook is %s[%s], want refused[hook-pod-level]", below.Class, below.Code)
	}
}

func TestRowsInheritFromTheKeyAbove(t *testing.T) {
	parent, _ := keys.Lookup(diag.At("services", "web", "blkio_config"))
	child, _ := keys.Lookup(diag.At("services", "web", "blkio_config", "device_read_bps", "[0]", "rate"))
	if child.Class != parent.Class || child.Advice != parent.Advice || child.Code != parent.Code {
		t.Errorf("rate is %s (%s), want what blkio_config is: %s (%s)", child.Class, child.Advice, parent.Class, parent.Advice)
	}
	if child.Docker == parent.Docker || child.Docker == "" {
		t.Errorf("rate has the text %q, want one of its own", child.Docker)
	}
}
