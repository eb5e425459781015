package container

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/transship/transship/transform/expansion"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
)

// Sizes of one variable. Linux refuses an argument or variable of more than 128 KiB (MAX_ARG_STRLEN); long before
// that, the Pod object grows towards the limit of etcd.
const (
	largeValue = 32 << 10
	maxValue   = 128 << 10
)

// secretWords are parts of variable names whose values are usually secrets.
var secretWords = []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "APIKEY", "ACCESSKEY", "PRIVATEKEY", "ENCRYPTIONKEY", "ERLANG_COOKIE"}

// secretEnds are words that make a secret of a name when they stand alone in it, between underscores.
var secretEnds = map[string]bool{"DSN": true, "PWD": true, "PASS": true, "DBPASS": true, "SALT": true}

// keysOf are words that make a secret of the KEY that follows them: APP_KEY, but not PARTITION_KEY.
var keysOf = map[string]bool{
	"API": true, "ACCESS": true, "PRIVATE": true, "ENCRYPT": true, "ENCRYPTION": true, "FERNET": true, "SIGN": true, "SIGNING": true,
	"MASTER": true, "LICENSE": true, "LICENCE": true, "AUTH": true, "APP": true, "JWT": true, "SESSION": true,
}

// isSecretName reports whether a variable is called as secrets are. *_FILE variables hold a path and never are.
func isSecretName(name string) bool {
	name = strings.ToUpper(name)
	if strings.HasSuffix(name, "_FILE") {
		return false
	}
	for _, word := range secretWords {
		if strings.Contains(name, word) {
			return true
		}
	}
	if strings.HasPrefix(name, "REDIS") && strings.HasSuffix(name, "_AUTH") || strings.Contains(name, "ENCRYPTION_") && strings.HasSuffix(name, "_KEY") {
		return true
	}
	before := ""
	for word := range strings.SplitSeq(name, "_") {
		if secretEnds[word] || word == "KEY" && keysOf[before] {
			return true
		}
		before = word
	}
	return false
}

// userInfo matches a URL that carries a password, passwordPart a connection string or URL with one among its parts.
var (
	userInfo     = regexp.MustCompile(`://[^/@\s:]*:[^/@\s]+@`)
	passwordPart = regexp.MustCompile(`(?i)(^|[;?&,\s])(password|passwd|pwd|accountkey|sharedaccesskey|access_token|api_?key)\s*=\s*[^;&,\s]`)
)

// looksSecret reports whether a variable is called as secrets are, or has a value that carries one.
func looksSecret(name, value string) bool {
	if strings.HasSuffix(strings.ToUpper(name), "_FILE") || isFlag(name, value) {
		return false
	}
	return isSecretName(name) || strings.Contains(value, "://") && userInfo.MatchString(value) || strings.Contains(value, "=") && passwordPart.MatchString(value)
}

// variables are the variables of a container.
type variables struct {
	list   []corev1.EnvVar   // by name
	secret *plan.Secret      // what some of them refer to, nil if none does
	hidden map[string]string // the values of those, by name
}

// env returns the variables of the container, sorted by name.
//
// Compose passes values to the process as they are; Kubernetes expands $(NAME) in them, so values are escaped. What a null
// value means on Docker (take it from the shell, or unset it) has been resolved by the loader; a variable that is still
// null is left out, since Kubernetes cannot unset what the image sets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#environment,
// https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
func (d *decider) env(u *input.Container) variables {
	values := map[string]string{}
	for name, value := range u.Spec.Environment {
		if value != nil {
			values[name] = d.rewriter.Rewrite(u.At.Key("environment", name), name, *value)
		}
	}
	d.reportNullVariables(u)
	maps.Copy(values, d.modelVariables(u))
	maps.Copy(values, d.providerVariables(u))
	for name, value := range d.gpuVariables(u) {
		if _, own := values[name]; !own {
			values[name] = value
		}
	}
	if !u.IsHook {
		maps.Copy(values, u.Service.Ext.Env)
	}
	secret := d.secretVariables(u, values)
	env := variables{list: make([]corev1.EnvVar, 0, len(values)), hidden: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !d.checkVariable(u, name, values[name]) {
			continue
		}
		v := corev1.EnvVar{Name: name}
		if secret[name] {
			if env.secret == nil {
				env.secret = d.envSecret(u, values, secret)
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
func (d *decider) reportNullVariables(u *input.Container) {
	for _, name := range slices.Sorted(maps.Keys(u.Spec.Environment)) {
		if _, set := u.Service.Facts.Env[name]; !set || u.Spec.Environment[name] != nil {
			continue
		}
		d.findings.Addf("env-null", u.At.Key("environment", name), "give it the value that the program takes for none",
			"%s has no value here: Docker takes it away from the program, Kubernetes leaves it as the image sets it", name)
	}
}

// plainVariable matches the names that every version takes; 1.34 made nearly all of printable ASCII generally available
// (feature gate RelaxedEnvironmentVariableValidation).
var plainVariable = regexp.MustCompile(`^[A-Za-z_.-][A-Za-z0-9_.-]*$`)

// checkVariable reports a name or value that a cluster would refuse and whether the variable can be emitted.
func (d *decider) checkVariable(u *input.Container, name, value string) bool {
	at := u.At.Key("environment", name)
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r == '=' || r < ' ' || r > '~' }) {
		d.findings.Addf("env-name", at, "rename the variable", "%q cannot be the name of a variable on Kubernetes", name)
		return false
	}
	if v := d.project.Options.KubeVersion; !v.AtLeast(input.Version{Major: 1, Minor: 34}) && !plainVariable.MatchString(name) {
		d.findings.Addf("env-name", at, "rename the variable, or require Kubernetes 1.34 with --kube-version", "%q cannot be the name of a variable on Kubernetes %s", name, v)
		return false
	}
	switch {
	case len(name)+len("=")+len(value)+len("\x00") > maxValue:
		d.findings.Addf("object-too-large", at, "pass it as a file (configs or secrets)",
			"the value has %d bytes; Linux refuses a variable of more than %d with its name", len(value), maxValue)
		return false
	case len(value) > largeValue:
		d.findings.Addf("env-size", at, "pass it as a file (configs or secrets)", "the value has %d bytes, all of them in every Pod object", len(value))
	}
	return true
}

// secretVariables returns the names of the variables that go to a Secret.
func (d *decider) secretVariables(u *input.Container, values map[string]string) map[string]bool {
	secret := map[string]bool{}
	if d.project.Options.EnvSecrets == "none" {
		return secret
	}
	for name, value := range values {
		if value == "" || len(name)+len(value)+2 > maxValue {
			continue
		}
		if d.project.Options.EnvSecrets == "all" || looksSecret(name, value) {
			secret[name] = true
		}
	}
	return secret
}

var passwordEnd = regexp.MustCompile(`(?i)(password|passwd|pass|pwd|secret)$`)

// isFlag reports whether a value is a switch or a number, as in ALLOW_EMPTY_PASSWORD=yes or TOKEN_TTL=3600: hiding it
// would only make the manifest harder to read. A short number is a password where the name ends in one: PASSWORD=123.
func isFlag(name, value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "yes", "no", "on", "off":
		return true
	}
	if value != "0" && value != "1" && passwordEnd.MatchString(name) {
		return false
	}
	return len(value) <= 4 && strings.Trim(value, "0123456789") == ""
}

// envSecret returns the Secret with a container's secret variables.
func (d *decider) envSecret(u *input.Container, values map[string]string, secret map[string]bool) *plan.Secret {
	wish := d.label(u) + "-env"
	if u.IsHook {
		wish = d.names.DNS(u.Service) + "-" + wish
	}
	name := d.names.Registry.Claim("Secret", "env "+u.At.String(), names.Normalize(wish, names.MaxLabel), names.MaxLabel)
	data := map[string][]byte{}
	for _, variable := range slices.Sorted(maps.Keys(secret)) {
		data[names.SecretKey(variable)] = []byte(values[variable])
	}
	d.reportEnvSecret(u, name, slices.Sorted(maps.Keys(data)))
	return &plan.Secret{Meta: plan.MetaOf(u.Service, d.names.DNS(u.Service), name, u.At.Key("environment")), Data: data}
}

// reportEnvSecret tells which variables a Secret holds, and how to make one that is not emitted with its values.
func (d *decider) reportEnvSecret(u *input.Container, name string, keys []string) {
	literals := make([]string, len(keys))
	for i, key := range keys {
		literals[i] = " --from-literal=" + key + "=…"
	}
	at, create := u.At.Key("environment"), "kubectl create secret generic "+name+strings.Join(literals, "")
	list := report.Enumerate(keys, 10)
	switch d.project.Options.Secrets {
	case "skip":
		d.findings.Addf("env-from-secret", at, create, "the Secret %s is not emitted; the Pods wait for it and its keys %s", name, list)
	case "stub":
		d.findings.Addf("env-from-secret", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values: %s", name, list)
	default:
		d.findings.Addf("env-from-secret", at, "--env-secrets=none keeps them in the Pod; --secrets=stub leaves the values out", "the Secret %s holds %s", name, list)
	}
}
