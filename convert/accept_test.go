package convert_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/diag"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

const riskyProject = `
services:
  web:
    image: example
    devices: [/dev/ttyUSB0]
    cpu_shares: 512
    user: nobody-knows
    restart: always
  api:
    image: example
    devices: [/dev/ttyUSB1]
`

func convertRisky(t *testing.T, accept string, allow []string, baseline ...convert.Acceptance) *convert.Result {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(riskyProject+accept), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := convert.Convert(context.Background(), convert.Options{
		Load: loader.Options{WorkingDirectory: dir, Environ: []string{}}, Transform: transform.Options{Allow: allow}, Baseline: baseline,
	})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// severities returns what was found about a code: "services.web.devices warning accepted".
func severities(r *convert.Result, code string) string {
	var all []string
	for _, f := range r.Findings {
		if f.Code == code {
			text := f.Path.String() + " " + f.Severity.String()
			if r.IsAccepted(f) {
				text += " accepted"
			}
			all = append(all, text)
		}
	}
	return strings.Join(all, ", ")
}

func TestAcceptance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		accept   string
		allow    []string
		baseline []convert.Acceptance
		code     string
		want     string
	}{
		"nothing":                  {"", nil, nil, "user-name", "services.web.user error"},
		"an error by a flag":       {"", []string{"user-name"}, nil, "user-name", "services.web.user warning accepted"},
		"an error by the project":  {"x-kubernetes: {accept: [{code: user-name, path: services.web, because: it is root}]}", nil, nil, "user-name", "services.web.user warning accepted"},
		"of another service":       {"x-kubernetes: {accept: [{code: user-name, path: services.we}]}", nil, nil, "user-name", "services.web.user error"},
		"a warning by a flag":      {"", []string{"no-equivalent"}, nil, "no-equivalent", "services.web.cpu_shares info accepted"},
		"a warning by the project": {"x-kubernetes: {accept: [{code: devices, path: 'services.*.devices[1]'}, {code: devices, path: services.web}]}", nil, nil, "devices", "services.web.devices[0] info accepted, services.api.devices[0] warning"},
		"everywhere":               {"x-kubernetes: {accept: [{code: devices, path: services.*}]}", nil, nil, "devices", "services.web.devices[0] info accepted, services.api.devices[0] info accepted"},
		"a warning of a baseline":  {"", nil, []convert.Acceptance{{Code: "devices", Path: "services.api.devices[0]"}}, "devices", "services.web.devices[0] warning, services.api.devices[0] info accepted"},
		"a key above, of a list":   {"", nil, []convert.Acceptance{convert.KnownWarning("devices", "services.api")}, "devices", "services.web.devices[0] warning, services.api.devices[0] warning"},
		"a key of a list":          {"", nil, []convert.Acceptance{convert.KnownWarning("devices", "services.api.devices[0]")}, "devices", "services.web.devices[0] warning, services.api.devices[0] info accepted"},
		"an error of a baseline":   {"", nil, []convert.Acceptance{{Code: "user-name"}}, "user-name", "services.web.user error"},
		"an unknown code":          {"x-kubernetes: {accept: [{code: user-nam}]}", nil, nil, "extension-value", "x-kubernetes.accept[0] error"},
		"an unknown code, allowed": {"x-kubernetes: {accept: [{code: user-nam}]}", []string{"extension-value"}, nil, "extension-value", "x-kubernetes.accept[0] warning accepted"},
		"no code":                  {"x-kubernetes: {accept: [{path: services.web}]}", nil, nil, "extension-value", "x-kubernetes.accept[0] error"},
		"an unused item":           {"x-kubernetes: {accept: [{code: cron}]}", nil, nil, "accept-unused", "x-kubernetes.accept[0] info"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := convertRisky(t, c.accept, c.allow, c.baseline...)
			if got := severities(r, c.code); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			for _, f := range r.Findings {
				if f.Severity != diag.Error && strings.Contains(f.Help, "--allow="+f.Code+" makes it a warning") {
					t.Errorf("advice that is followed already: %s", f.Help)
				}
			}
		})
	}
	r := convertRisky(t, "x-kubernetes: {accept: [{code: user-name, because: it is root}]}", nil)
	for _, f := range r.Findings {
		if f.Code == "user-name" && f.Help != "accepted by x-kubernetes: it is root" {
			t.Errorf("help: %s", f.Help)
		}
	}
	if r.Err() != nil || len(r.Objects) == 0 {
		t.Errorf("%d objects, %v", len(r.Objects), r.Err())
	}
}
