package container

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/expansion"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/secret"
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
	secret *plan.Secret      // the container's own, which some of them refer to, nil if none does
	shared []*sharedSecret   // those of several containers, in the order of the variables
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
func (k *known) env(u *input.Container, values map[string]string, secret map[string]bool, findings *report.Findings) variables {
	env := variables{list: make([]corev1.EnvVar, 0, len(values)), hidden: map[string]string{}}
	for _, name := range sorted.Keys(values) {
		if !checkVariable(k.project, u, name, values[name], findings) {
			continue
		}
		v := corev1.EnvVar{Name: name}
		shared := k.shared[u][name]
		switch {
		case shared != nil:
			if !slices.Contains(env.shared, shared) {
				env.shared = append(env.shared, shared)
				reportEnvSecret(k.project, u, shared.Name, []string{shared.key}, shared.users, findings)
			}
			v.ValueFrom = keyOf(shared.Name, shared.key)
		case secret[name]:
			if env.secret == nil {
				env.secret = k.envSecret(u, values, secret, findings)
			}
			v.ValueFrom = keyOf(env.secret.Name, names.SecretKey(name))
		default:
			v.Value = expansion.Escape(values[name])
		}
		if secret[name] {
			env.hidden[name] = values[name]
		}
		env.list = append(env.list, v)
	}
	return env
}

// keyOf refers to a key of a Secret.
func keyOf(secret, key string) *corev1.EnvVarSource {
	return &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: secret}, Key: key}}
}

// reportNullVariables reports variables that Docker takes away from what the image sets. That the others do not reach the
// container is for the loader to say, which knows where their values were looked for.
func reportNullVariables(u *input.Container, findings *report.Findings) {
	for _, name := range sorted.Keys(u.Spec.Environment) {
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

// isSecret reports whether a variable goes to a Secret: for its name, for its value, because its value is a secret elsewhere in
// the project or has one in it, or because ${PASSWORD} is filled in where it is written, at a key.
func isSecret(p *input.Project, at diag.Path, name, value string) bool {
	return secret.Is(name, value) || len(p.Secrets.Find(value)) > 0 || len(p.PlainSecrets(at, value)) > 0
}

// reportTemplates reports variables that have a meaning to `docker stack deploy` only.
func reportTemplates(u *input.Container, findings *report.Findings) {
	for _, name := range sorted.Keys(u.Spec.Environment) {
		if value := u.Spec.Environment[name]; value != nil && input.IsSwarmTemplate(*value) {
			findings.Addf("swarm-template", u.At.Key("environment", name), "take the name of the Pod or node from the downward API, with x-kubernetes.patches",
				"%s is passed on as it is written, as docker compose does; only Swarm fills in its template", name)
		}
	}
}

// secretVariables returns the names of the variables that go to a Secret.
func secretVariables(p *input.Project, u *input.Container, values map[string]string) map[string]bool {
	chosen := map[string]bool{}
	if p.Options.EnvSecrets == "none" {
		return chosen
	}
	for name, value := range values {
		if value == "" || len(name)+len(value)+2 > maxValue {
			continue
		}
		if p.Options.EnvSecrets == "all" || isSecret(p, u.At.Key("environment", name), name, value) {
			chosen[name] = true
		}
	}
	return chosen
}
