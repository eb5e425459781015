package container

import (
	"strings"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// envSecret returns the Secret with a container's secret variables, without those that it shares with others.
func (k *known) envSecret(u *input.Container, values map[string]string, secret map[string]bool, findings *report.Findings) *plan.Secret {
	wish := label(k.pod, k.names, u) + "-env"
	if u.IsHook {
		wish = k.names.DNS(u.Service) + "-" + wish
	}
	name := k.names.Registry.Claim("Secret", "env "+u.At.String(), names.Normalize(wish, names.MaxLabel), names.MaxLabel)
	data := map[string][]byte{}
	for _, variable := range sorted.Keys(secret) {
		if k.shared[u][variable] == nil {
			data[names.SecretKey(variable)] = []byte(values[variable])
		}
	}
	reportEnvSecret(k.project, u, name, sorted.Keys(data), nil, findings)
	return &plan.Secret{Meta: plan.MetaOf(u.Service, k.names.DNS(u.Service), name, u.At.Key("environment")), Data: data}
}

// reportEnvSecret tells which variables a Secret holds, who shares it, and how to make one that is not emitted with its values.
func reportEnvSecret(p *input.Project, u *input.Container, name string, keys, sharers []string, findings *report.Findings) {
	literals := make([]string, len(keys))
	for i, key := range keys {
		literals[i] = " --from-literal=" + key + "=…"
	}
	at, create := u.At.Key("environment"), "kubectl create secret generic "+name+strings.Join(literals, "")
	list := report.Enumerate(keys, 10)
	if code, message, help := p.SecretElsewhere(name, keys, create); code != "" {
		findings.Add(code, at, message, help)
		return
	}
	switch p.Options.Secrets {
	case "skip":
		findings.Addf("env-from-secret", at, create, "the Secret %s is not emitted; the Pods wait for it and its keys %s", name, list)
		return
	case "stub":
		findings.Addf("env-from-secret", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values: %s", name, list)
		return
	}
	const help = "--env-secrets=none keeps them in the Pod; --secrets=stub leaves the values out"
	if len(sharers) > 1 {
		findings.Addf("env-from-secret", at, help, "the Secret %s holds %s once, for %s", name, list, report.Enumerate(sharers, 4))
		return
	}
	findings.Addf("env-from-secret", at, help, "the Secret %s holds %s", name, list)
}
