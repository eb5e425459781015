package transform

import (
	"maps"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/transform/names"
)

// Sizes of one variable. Linux refuses an argument or variable of more than 128 KiB (MAX_ARG_STRLEN); long before
// that, the Pod object grows towards the limit of etcd.
const (
	largeValue = 32 << 10
	maxValue   = 128 << 10
)

// maxSecretKey is the length of the longest key of a Secret.
const maxSecretKey = 253

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

// env returns the variables of the container, sorted by name.
//
// Compose passes values to the process as they are; Kubernetes expands $(NAME) in them, so values are escaped. What a null
// value means on Docker (take it from the shell, or unset it) has been resolved by the loader; a variable that is still
// null is left out, since Kubernetes cannot unset what the image sets.
// Spec: https://github.com/compose-spec/compose-spec/blob/main/05-services.md#environment,
// https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
func (u *unit) env() []corev1.EnvVar {
	values := map[string]string{}
	for name, value := range u.spec.Environment {
		if value != nil {
			values[name] = u.rewriteNames(u.at.Key("environment", name), name, *value)
		}
	}
	u.reportNullVariables()
	maps.Copy(values, u.modelVariables())
	maps.Copy(values, u.providerVariables())
	for name, value := range u.gpuVariables() {
		if _, own := values[name]; !own {
			values[name] = value
		}
	}
	if !u.hook {
		maps.Copy(values, u.ext.Env)
	}
	secret := u.secretVariables(values)
	u.fromSecret = map[string]string{}
	env := make([]corev1.EnvVar, 0, len(values))
	for _, name := range sortedKeys(values) {
		if !u.checkVariable(name, values[name]) {
			continue
		}
		v := corev1.EnvVar{Name: name}
		if secret[name] {
			u.fromSecret[name] = values[name]
			v.ValueFrom = &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
				LocalObjectReference: corev1.LocalObjectReference{Name: u.envSecret(values, secret)}, Key: secretKey(name),
			}}
		} else {
			v.Value = escapeExpansion(values[name])
		}
		env = append(env, v)
	}
	return env
}

// reportNullVariables reports variables that Docker takes away from what the image sets. That the others do not reach the
// container is for the loader to say, which knows where their values were looked for.
func (u *unit) reportNullVariables() {
	for _, name := range sortedKeys(u.spec.Environment) {
		if _, set := u.facts.Env[name]; !set || u.spec.Environment[name] != nil {
			continue
		}
		u.reportf("env-null", u.at.Key("environment", name), "give it the value that the program takes for none",
			"%s has no value here: Docker takes it away from the program, Kubernetes leaves it as the image sets it", name)
	}
}

// plainVariable matches the names that every version takes; 1.34 made nearly all of printable ASCII generally available
// (feature gate RelaxedEnvironmentVariableValidation).
var plainVariable = regexp.MustCompile(`^[A-Za-z_.-][A-Za-z0-9_.-]*$`)

// checkVariable reports a name or value that a cluster would refuse and whether the variable can be emitted.
func (u *unit) checkVariable(name, value string) bool {
	at := u.at.Key("environment", name)
	if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r == '=' || r < ' ' || r > '~' }) {
		u.reportf("env-name", at, "rename the variable", "%q cannot be the name of a variable on Kubernetes", name)
		return false
	}
	if v := u.options.KubeVersion; !v.AtLeast(Version{1, 34}) && !plainVariable.MatchString(name) {
		u.reportf("env-name", at, "rename the variable, or require Kubernetes 1.34 with --kube-version", "%q cannot be the name of a variable on Kubernetes %s", name, v)
		return false
	}
	switch {
	case len(name)+len("=")+len(value)+len("\x00") > maxValue:
		u.reportf("object-too-large", at, "pass it as a file (configs or secrets)",
			"the value has %d bytes; Linux refuses a variable of more than %d with its name", len(value), maxValue)
		return false
	case len(value) > largeValue:
		u.reportf("env-size", at, "pass it as a file (configs or secrets)", "the value has %d bytes, all of them in every Pod object", len(value))
	}
	return true
}

// secretVariables returns the names of the variables that go to a Secret.
func (u *unit) secretVariables(values map[string]string) map[string]bool {
	secret := map[string]bool{}
	if u.options.EnvSecrets == "none" {
		return secret
	}
	for name, value := range values {
		if value == "" || len(name)+len(value)+2 > maxValue {
			continue
		}
		if u.options.EnvSecrets == "all" || looksSecret(name, value) {
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

// envSecret emits the Secret with a container's secret variables once and returns its name.
func (u *unit) envSecret(values map[string]string, secret map[string]bool) string {
	identity := "env " + u.at.String()
	if name := u.names.Name("Secret", identity); name != "" {
		return name
	}
	wish := u.label + "-env"
	if u.hook {
		wish = u.dns + "-" + wish
	}
	name := u.names.Claim("Secret", identity, names.Normalize(wish, names.MaxLabel), names.MaxLabel)
	data := map[string][]byte{}
	for _, variable := range sortedKeys(secret) {
		data[secretKey(variable)] = []byte(values[variable])
	}
	u.reportEnvSecret(name, sortedKeys(data))
	meta := u.serviceMeta(name)
	u.emitSecret(meta, data)
	if u.options.Secrets == secretsEmitted {
		u.pod.annotate("Secret", name, checksum(data))
	}
	return name
}

// reportEnvSecret tells which variables a Secret holds, and how to make one that is not emitted with its values.
func (u *unit) reportEnvSecret(name string, keys []string) {
	literals := make([]string, len(keys))
	for i, key := range keys {
		literals[i] = " --from-literal=" + key + "=…"
	}
	at, create := u.at.Key("environment"), "kubectl create secret generic "+name+strings.Join(literals, "")
	list := enumerate(keys, 10)
	switch u.options.Secrets {
	case "skip":
		u.reportf("env-from-secret", at, create, "the Secret %s is not emitted; the Pods wait for it and its keys %s", name, list)
	case "stub":
		u.reportf("env-from-secret", at, create+" --dry-run=client -o yaml | kubectl apply -f -", "the Secret %s has its keys but no values: %s", name, list)
	default:
		u.reportf("env-from-secret", at, "--env-secrets=none keeps them in the Pod; --secrets=stub leaves the values out", "the Secret %s holds %s", name, list)
	}
}

// secretKey makes the key of a Secret from a variable name. Names that no key can have may become alike, so they end in a hash.
func secretKey(name string) string {
	key := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._", r) {
			return r
		}
		return '_'
	}, name)
	if key != name || len(key) > maxSecretKey {
		key = names.WithHash(key, name, maxSecretKey)
	}
	return key
}

// emitSecret emits a Secret as --secrets says: whole, with empty values, or not at all.
func (p *project) emitSecret(meta metav1.ObjectMeta, data map[string][]byte) {
	if p.options.Secrets == "skip" {
		return
	}
	s := &corev1.Secret{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Secret"}, ObjectMeta: meta, Type: corev1.SecretTypeOpaque}
	for _, key := range sortedKeys(data) {
		value := data[key]
		if p.options.Secrets == "stub" {
			value = []byte{}
		}
		if isText(value) {
			if s.StringData == nil {
				s.StringData = map[string]string{}
			}
			s.StringData[key] = string(value)
		} else {
			if s.Data == nil {
				s.Data = map[string][]byte{}
			}
			s.Data[key] = value
		}
	}
	p.emit(s)
}
