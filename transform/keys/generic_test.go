package keys_test

import (
	"slices"
	"testing"

	"github.com/transship/transship/transform/keys"
)

type m = map[string]any

// reported renders what Generic found as "severity[code] path: message".
func reported(model m) []string {
	var out []string
	for _, u := range keys.Generic(model) {
		f := u.Finding()
		out = append(out, f.Severity.String()+"["+f.Code+"] "+f.Path.String())
	}
	return out
}

func service(values m) m { return m{"services": m{"web": values}} }

func TestGeneric(t *testing.T) {
	for _, c := range []struct {
		name  string
		model m
		want  []string
	}{
		{"a key without an equivalent", service(m{"pids_limit": 100}), []string{"warning[no-equivalent] services.web.pids_limit"}},
		{
			"only the topmost key",
			service(m{"blkio_config": m{"weight": 10, "device_read_bps": []any{m{"path": "/dev/sda", "rate": "1mb"}}}}),
			[]string{"warning[no-equivalent] services.web.blkio_config"},
		},
		{
			"each service",
			m{"services": m{"a": m{"cpuset": "0"}, "b": m{"cpuset": "1"}}},
			[]string{"warning[no-equivalent] services.a.cpuset", "warning[no-equivalent] services.b.cpuset"},
		},
		{
			"below a key that is mapped", service(m{"networks": m{"front": m{"priority": 10, "aliases": []any{"w"}}}}),
			[]string{"info[no-equivalent] services.web.networks.front.priority"},
		},
		{
			"in the item of a list", service(m{"volumes": []any{m{"type": "bind"}, m{"type": "bind", "consistency": "cached"}}}),
			[]string{"info[no-equivalent] services.web.volumes[1].consistency"},
		},
		{
			"on jobs and hooks",
			m{
				"jobs":     m{"backup": m{"umask": "0077"}},
				"services": m{"web": m{"pre_start": []any{m{"umask": "0077"}}}},
			},
			[]string{"warning[no-equivalent] jobs.backup.umask", "warning[no-equivalent] services.web.pre_start[0].umask"},
		},
		{"a matter of the developer's machine", service(m{"build": m{"context": "."}}), []string{"info[local-only] services.web.build"}},
		{
			"a harmless value", service(m{"logging": m{"driver": "none"}}),
			[]string{"info[no-equivalent] services.web.logging.driver"},
		},
		{
			"a value that matters", service(m{"logging": m{"driver": "gelf", "options": m{"gelf-address": "udp://log"}}}),
			[]string{"warning[no-equivalent] services.web.logging.driver", "info[no-equivalent] services.web.logging.options"},
		},
		{"a code of its own", service(m{"use_api_socket": true}), []string{"warning[docker-socket] services.web.use_api_socket"}},
		{
			"what Docker does anyway", service(m{
				"oom_kill_disable": false, "use_api_socket": false, "pids_limit": -1, "oom_score_adj": 0, "cgroup": "private",
				"logging": m{"driver": "json-file", "options": m{}}, "blkio_config": nil, "ulimits": m{}, "isolation": "default",
			}), nil,
		},
		{"numbers in any Go type", service(m{"pids_limit": int64(-1), "oom_score_adj": uint64(0), "cpu_shares": 0.0}), nil},
		{
			"an extension, once",
			m{
				"x-common": m{}, "x-kubernetes": m{},
				"services": m{"a": m{"x-note": 1, "x-kubernetes": m{"kind": "Pod"}}, "b": m{"x-note": 2}},
			},
			[]string{"info[extension-ignored] services.a.x-note", "info[extension-ignored] x-common"},
		},
		{"a mark of the loader", m{"secrets": m{"pin": m{"environment": "PIN", "x-#value": "1234"}}}, nil},
		{"a key nobody knows", service(m{"imagee": "nginx"}), []string{"warning[unknown-key] services.web.imagee"}},
		{"a user's key that looks like an extension", service(m{"environment": m{"x-y": "1"}}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := reported(c.model); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestGenericNamesTheKeysOfAMapping(t *testing.T) {
	found := keys.Generic(m{"networks": m{"lan": m{"driver_opts": m{"mtu": "1400", "encrypted": ""}}}})
	var got string
	for _, u := range found {
		if u.Row.Path == "networks.*.driver_opts" {
			got = u.Finding().Message
		}
	}
	want := "driver_opts (encrypted, mtu) is left out: the options of a network belong to the network plugin of the cluster"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
