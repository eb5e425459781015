package storage

import (
	"strings"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// reportSecret tells that the value of a secret is part of the output, or who has to make the Secret that Pods wait for. The
// value is called by what it is in the compose file.
func reportSecret(p *input.Project, at diag.Path, name, value string, data map[string][]byte, findings *report.Findings) {
	create := "kubectl create secret generic " + name + secretArguments(data)
	if code, message, help := p.SecretElsewhere(name, sorted.Keys(data), create); code != "" {
		findings.Add(code, at, message, help)
		return
	}
	switch p.Options.Secrets {
	case "skip":
		findings.Addf("secret-skipped", at, create, "the Secret %s is not emitted; the Pods wait for it", name)
	case "stub":
		findings.Addf("secret-stub", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values", name)
	default:
		findings.Addf("secret-in-output", at, "--secrets=stub leaves the values out, --secrets=skip the whole object", "the value of %s is part of the manifests", value)
	}
}

// secretArguments names the keys of a Secret for kubectl; where the values are is for people to know.
func secretArguments(data map[string][]byte) string {
	var arguments strings.Builder
	for _, key := range sorted.Keys(data) {
		arguments.WriteString(" --from-file=" + key + "=…")
	}
	return arguments.String()
}
