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
	if got := find[*corev1.Secret](t, r, "web-env").Data["DB_PASSWORD"]; string(got) != "hunter-and-gatherer" {
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
	if got, ok := find[*corev1.Secret](t, stub, "web-env").Data["DB_PASSWORD"]; len(got) > 0 || !ok {
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
	if got := len(find[*corev1.Secret](t, all, "web-env").Data); got != 7 {
		t.Errorf("--env-secrets=all puts %d variables into the Secret, want the 7 that have a value", got)
	}
}

func TestVariableThatNoClusterTakes(t *testing.T) {
	r := convertYAML(t, "services: {web: {image: 'nginx:1', environment: {'BÄD': x}}}")
	finding(t, r, "env-name")
	r = convertYAML(t, "services: {web: {image: 'nginx:1', environment: {BIG: "+strings.Repeat("x", 128<<10)+"}}}")
	finding(t, r, "object-too-large")
}

func TestVariableNamesByVersion(t *testing.T) {
	old := func(in *Input) { in.Options.KubeVersion = Version{Major: 1, Minor: 33} }
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
	data := find[*corev1.Secret](t, r, "web-env").Data
	for _, v := range podOf(t, r, "web").Spec.Containers[0].Env {
		if want := map[string]string{"MY PASSWORD": "one", "MY_PASSWORD": "two"}[v.Name]; string(data[v.ValueFrom.SecretKeyRef.Key]) != want {
			t.Errorf("%s is %q, want %q", v.Name, data[v.ValueFrom.SecretKeyRef.Key], want)
		}
	}
}
