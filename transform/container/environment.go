package container

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
	"github.com/transship/transship/transform/workload"
)

// Sizes of one variable. Linux refuses an argument or variable of more than 128 KiB (MAX_ARG_STRLEN); long before
// that, the Pod object grows towards the limit of etcd.
const (
	largeValue = 32 << 10
	maxValue   = 128 << 10
)

// variables are the variables of a container.
type variables struct {
	list   []corev1.EnvVar   // by name
	secret *plan.Secret      // what some of them refer to, nil if none does
	hidden map[string]string // the values of those, by name
}

// writtenVariables returns what the variables of the container are, as its program is to see them. What a null value means on
// Docker (take it from the shell, or unset it) has been resolved by the loader; a variable that is still null is left out, since
// Kubernetes cannot unset what the image sets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#environment,
// https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
func writtenVariables(p *input.Project, rewriter *naming.Rewriter, u *input.Container, findings *report.Findings) map[string]string {
	values := map[string]string{}
	for name, value := range u.Spec.Environment {
		if value != nil {
			values[name] = rewriter.Rewrite(u.At.Key("environment", name), name, *value)
		}
	}
	reportNullVariables(u, findings)
	reportTemplates(u, findings)
	maps.Copy(values, modelVariables(p, u, findings))
	maps.Copy(values, providerVariables(p, u))
	for name, value := range gpuVariables(u) {
		if _, own := values[name]; !own {
			values[name] = value
		}
	}
	if !u.IsHook {
		maps.Copy(values, u.Service.Ext.Env)
	}
	return values
}

// env returns the variables of the container, sorted by name. Compose passes values to the process as they are; Kubernetes
// expands $(NAME) in them, so values are escaped.
func env(b *workload.Pod, p *input.Project, n *naming.Names, u *input.Container, values map[string]string, secret map[string]bool, findings *report.Findings) variables {
	env := variables{list: make([]corev1.EnvVar, 0, len(values)), hidden: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !checkVariable(p, u, name, values[name], findings) {
			continue
		}
		v := corev1.EnvVar{Name: name}
		if secret[name] {
			if env.secret == nil {
				env.secret = envSecret(b, p, n, u, values, secret, findings)
			}
			env.hidden[name] = values[name]
			v.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: env.secret.Name}, Key: names.SecretKey(name),
			}}
		} else {
			v.Value = expansion.Escape(values[name])
		}
		env.list = append(env.list, v)
	}
	return env
}

// reportNullVariables reports variables that Docker takes away from what the image sets. That the others do not reach the
// container is for the loader to say, which knows where their values were looked for.
func reportNullVariables(u *input.Container, findings *report.Findings) {
	for _, name := range slices.Sorted(maps.Keys(u.Spec.Environment)) {
		if _, set := u.Service.Facts.Env[name]; !set || u.Spec.Environment[name] != nil {
			continue
		}
		findings.Addf("env-null", u.At.Key("environment", name), "give it the value that the program takes for none",
			"%s has no value here: Docker takes it away from the program, Kubernetes leaves it as the image sets it", name)
	}
}

// plainVariable matches the names that every version takes; 1.34 made nearly all of printable ASCII generally available
// (feature gate RelaxedEnvironmentVariableValidation).
var plainVariable = pattern.New(`^[A-Za-z_.-][A-Za-z0-9_.-]*$`)

// checkVariable reports a name or value that a cluster would refuse and whether the variable can be emitted.
func checkVariable(p *input.Project, u *input.Container, name, value string, findings *report.Findings) bool {
	at := u.At.Key("environment", name)
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r == '=' || r < ' ' || r > '~' }) {
		findings.Addf("env-name", at, "rename the variable", "%q cannot be the name of a variable on Kubernetes", name)
		return false
	}
	if v := p.Options.KubeVersion; !v.AtLeast(input.Version{Major: 1, Minor: 34}) && !plainVariable.MatchString(name) {
		findings.Addf("env-name", at, "rename the variable, or require Kubernetes 1.34 with --kube-version", "%q cannot be the name of a variable on Kubernetes %s", name, v)
		return false
	}
	switch {
	case len(name)+len("=")+len(value)+len("\x00") > maxValue:
		findings.Addf("object-too-large", at, "pass it as a file (configs or secrets)",
			"the value has %d bytes; Linux refuses a variable of more than %d with its name", len(value), maxValue)
		return false
	case len(value) > largeValue:
		findings.Addf("env-size", at, "pass it as a file (configs or secrets)", "the value has %d bytes, all of them in every Pod object", len(value))
	}
	return true
}

// isSecret reports whether a variable goes to a Secret: for its name, for its value, or because its value is a secret elsewhere in
// the project or has one in it.
func isSecret(values *secret.Set, name, value string) bool {
	return secret.Is(name, value) || len(values.Find(value)) > 0
}

// reportTemplates reports variables that have a meaning to `docker stack deploy` only.
func reportTemplates(u *input.Container, findings *report.Findings) {
	for _, name := range slices.Sorted(maps.Keys(u.Spec.Environment)) {
		if value := u.Spec.Environment[name]; value != nil && input.IsSwarmTemplate(*value) {
			findings.Addf("swarm-template", u.At.Key("environment", name), "take the name of the Pod or node from the downward API, with x-kubernetes.patches",
				"%s is passed on as it is written, as docker compose does; only Swarm fills in its template", name)
		}
	}
}

// secretVariables returns the names of the variables that go to a Secret.
func secretVariables(p *input.Project, secrets *secret.Set, values map[string]string) map[string]bool {
	chosen := map[string]bool{}
	if p.Options.EnvSecrets == "none" {
		return chosen
	}
	for name, value := range values {
		if value == "" || len(name)+len(value)+2 > maxValue {
			continue
		}
		if p.Options.EnvSecrets == "all" || isSecret(secrets, name, value) {
			chosen[name] = true
		}
	}
	return chosen
}

// envSecret returns the Secret with a container's secret variables.
func envSecret(b *workload.Pod, p *input.Project, n *naming.Names, u *input.Container, values map[string]string, secret map[string]bool, findings *report.Findings) *plan.Secret {
	wish := label(b, n, u) + "-env"
	if u.IsHook {
		wish = n.DNS(u.Service) + "-" + wish
	}
	name := n.Registry.Claim("Secret", "env "+u.At.String(), names.Normalize(wish, names.MaxLabel), names.MaxLabel)
	data := map[string][]byte{}
	for _, variable := range slices.Sorted(maps.Keys(secret)) {
		data[names.SecretKey(variable)] = []byte(values[variable])
	}
	reportEnvSecret(p, u, name, slices.Sorted(maps.Keys(data)), findings)
	return &plan.Secret{Meta: plan.MetaOf(u.Service, n.DNS(u.Service), name, u.At.Key("environment")), Data: data}
}

// reportEnvSecret tells which variables a Secret holds, and how to make one that is not emitted with its values.
func reportEnvSecret(p *input.Project, u *input.Container, name string, keys []string, findings *report.Findings) {
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
	case "stub":
		findings.Addf("env-from-secret", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values: %s", name, list)
	default:
		findings.Addf("env-from-secret", at, "--env-secrets=none keeps them in the Pod; --secrets=stub leaves the values out", "the Secret %s holds %s", name, list)
	}
}
