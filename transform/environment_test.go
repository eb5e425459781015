package transform

import (
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

const environmentYAML = `
services:
  web:
    image: nginx:1
    environment:
      PLAIN: "on"
      DOLLAR: 'pid $$$$ at $$(date)'
      DB_PASSWORD: hunter-and-gatherer
      DATABASE_URL: postgres://user:pw-of-user@db/x
      DB_PASSWORD_FILE: /run/secrets/pw
      ALLOW_EMPTY_PASSWORD: "yes"
      TOKEN_TTL: 3600
      EMPTY: ""
      NULL_ONE:
`

// Trap 5: values arrive as they are although Kubernetes expands $(NAME); trap 39: a null variable is not an empty one.
func TestEnvironment(t *testing.T) {
	r := convertYAML(t, environmentYAML)
	env := find[*appsv1.Deployment](t, r, "web").Spec.Template.Spec.Containers[0].Env
	names := []string{}
	values := map[string]string{}
	for _, v := range env {
		names = append(names, v.Name)
		values[v.Name] = v.Value
		if v.ValueFrom != nil {
			values[v.Name] = "secret " + v.ValueFrom.SecretKeyRef.Name
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	for name, want := range map[string]string{
		"PLAIN": "on", "DOLLAR": "pid $$$$ at $$(date)", "DB_PASSWORD": "secret web-env", "DATABASE_URL": "secret web-env",
		"DB_PASSWORD_FILE": "/run/secrets/pw", "ALLOW_EMPTY_PASSWORD": "yes", "TOKEN_TTL": "3600", "EMPTY": "",
	} {
		if values[name] != want {
			t.Errorf("%s = %q, want %q", name, values[name], want)
		}
	}
	if _, emitted := values["NULL_ONE"]; emitted {
		t.Error("the null variable is emitted")
	}
	if hasCode(r, "env-null") {
		t.Error("the loader has told of the null variable")
	}
	if got := find[*corev1.Secret](t, r, "web-env").StringData["DB_PASSWORD"]; got != "hunter-and-gatherer" {
		t.Errorf("the Secret holds %q", got)
	}
	for _, f := range r.Findings {
		if strings.Contains(f.Message+f.Help, "hunter") || strings.Contains(f.Message+f.Help, "pw-of-user") {
			t.Errorf("a finding tells a secret: %s", f.Message)
		}
	}
}

func TestNullVariableThatTheImageSets(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: example, environment: {LEVEL: }}}", func(in *Input) {
		in.Images = map[string]source.ImageFacts{"web": {Env: map[string]string{"LEVEL": "info"}}}
	})
	if f := finding(t, r, "env-null"); f.Path.String() != "services.web.environment.LEVEL" {
		t.Errorf("reported at %s", f.Path)
	}
}

func TestSecretOptions(t *testing.T) {
	none := convertYAML(t, environmentYAML, func(in *Input) { in.Options.EnvSecrets = "none" })
	if has[*corev1.Secret](none, "web-env") {
		t.Error("--env-secrets=none emits a Secret")
	}
	stub := convertYAML(t, environmentYAML, func(in *Input) { in.Options.Secrets = "stub" })
	if got, ok := find[*corev1.Secret](t, stub, "web-env").StringData["DB_PASSWORD"]; got != "" || !ok {
		t.Errorf("--secrets=stub: %q, %v", got, ok)
	}
	skip := convertYAML(t, environmentYAML, func(in *Input) { in.Options.Secrets = "skip" })
	if has[*corev1.Secret](skip, "web-env") {
		t.Error("--secrets=skip emits a Secret")
	}
	for name, r := range map[string]Result{"stub": stub, "skip": skip} {
		if sum := podOf(t, r, "web").Annotations[AnnotationChecksum+"web-env"]; sum != "" {
			t.Errorf("--secrets=%s: the checksum %s tells whether a guess is right", name, sum)
		}
		if f := finding(t, r, "env-from-secret"); !strings.Contains(f.Help, "kubectl create secret generic web-env --from-literal=DATABASE_URL=…") {
			t.Errorf("--secrets=%s: nobody learns how to make the Secret: %s", name, f.Help)
		}
	}
	all := convertYAML(t, environmentYAML, func(in *Input) { in.Options.EnvSecrets = "all" })
	if got := len(find[*corev1.Secret](t, all, "web-env").StringData); got != 7 {
		t.Errorf("--env-secrets=all puts %d variables into the Secret, want the 7 that have a value", got)
	}
}

func TestVariableThatNoClusterTakes(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: 'nginx:1', environment: {'BÄD': x}}}")
	finding(t, r, "env-name")
	r = convertYAML(t, "services: {web: {image: 'nginx:1', environment: {BIG: "+strings.Repeat("x", maxValue+1)+"}}}")
	finding(t, r, "object-too-large")
}

func TestVariableNamesByVersion(t *testing.T) {
	old := func(in *Input) { in.Options.KubeVersion = Version{1, 33} }
	for name, refused := range map[string]bool{"PLAIN_1.x-y": false, "odd name": true, "9LIVES": true} {
		text := "services: {web: {image: 'nginx:1', environment: {'" + name + "': x}}}"
		if got := hasCode(convertYAML(t, text, old), "env-name"); got != refused {
			t.Errorf("%s on 1.33: refused %v, want %v", name, got, refused)
		}
		if r := convertYAML(t, text); hasCode(r, "env-name") || len(podOf(t, r, "web").Spec.Containers[0].Env) != 1 {
			t.Errorf("%s is refused by default", name)
		}
	}
}

// Two names may differ only in what a key of a Secret cannot have.
func TestSecretKeysDoNotMeet(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: a, environment: {MY PASSWORD: one, MY_PASSWORD: two}}}")
	data := find[*corev1.Secret](t, r, "web-env").StringData
	for _, v := range podOf(t, r, "web").Spec.Containers[0].Env {
		if want := map[string]string{"MY PASSWORD": "one", "MY_PASSWORD": "two"}[v.Name]; data[v.ValueFrom.SecretKeyRef.Key] != want {
			t.Errorf("%s is %q, want %q", v.Name, data[v.ValueFrom.SecretKeyRef.Key], want)
		}
	}
}

func TestValuesThatCarrySecrets(t *testing.T) {
	for value, want := range map[string]bool{
		"Server=db;Database=shop;User Id=sa;Password=hunter2": true, "jdbc:postgresql://db/shop?user=u&password=hunter2": true,
		"AccountName=x;AccountKey=abc==": true, "postgres://u:hunter2@db/x": true, "https://api/?api_key=abc": true,
		"Server=db;Integrated Security=true": false, "postgres://u@db/x": false, "--password-file=/run/x": false, "mode=x": false, "Password=": false,
	} {
		if got := looksSecret("CONNECTION", value); got != want {
			t.Errorf("%s: %v, want %v", value, got, want)
		}
	}
}

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "mysql_root_passwd": true, "N8N_ENCRYPTION_KEY": true, "APP_KEY": true, "S3_ACCESS_KEY_ID": true,
		"HASH_SALT": true, "SENTRY_DSN": true, "SMTP_PASS": true, "GITHUB_TOKEN": true, "JWT_SECRET": true, "JWTKEY": false, "AWS_SECRET_ACCESS_KEY": true, "DB_PASSWORD_FILE": false,
		"PARTITION_KEY": false, "KEYBOARD": false, "PASSIVE_MODE": false, "COMPASS": false, "PWDX": false,
		"FERNET_KEY": true, "ENCRYPTION_PRIMARY_KEY": true, "XPACK_SECURITY_ENCRYPTIONKEY": true, "RABBITMQ_ERLANG_COOKIE": true, "MOODLE_DBPASS": true,
		"REDISCLI_AUTH": true, "REDIS_AUTH": true, "SMTP_AUTH": false, "GF_AUTH_ANONYMOUS_ENABLED": false, "ENCRYPTION_KEY_ROTATION": true, "ENCRYPTION_MODE": false, "SALTED_BY": false,
	} {
		if got := isSecretName(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestFlagsAreNoSecrets(t *testing.T) {
	for variable, want := range map[string]bool{
		"ALLOW_EMPTY_PASSWORD=yes": true, "ALLOW_EMPTY_PASSWORD=1": true, "TOKEN_TTL=3600": true,
		"ROOT_PASSWORD=123": false, "SMTP_PASS=0000": false, "TOKEN=12345": false,
	} {
		name, value, _ := strings.Cut(variable, "=")
		if got := isFlag(name, value); got != want {
			t.Errorf("%s: %v, want %v", variable, got, want)
		}
	}
}
