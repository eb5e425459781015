package transform

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/source"
)

func secretFiles() func(*Input) {
	return files(map[string]*source.File{"pw.txt": text("hunter2\n"), "key": text("k"), "tokens": directory("a", text("1"), "b", text("2"))})
}

func TestTrap23SecretsAreOneDirectory(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: example, secrets: [pw, {source: key, target: api.key, mode: 0400}, tokens]}
secrets: {pw: {file: ./pw.txt}, key: {file: ./key}, tokens: {file: ./tokens}}
`, secretFiles())
	pod := podOf(t, r, "db")
	m, v := mountAt(t, pod, "/run/secrets")
	if !m.ReadOnly || v.Projected == nil || len(pod.Spec.Containers[0].VolumeMounts) != 1 {
		t.Fatalf("%+v of %+v", m, v)
	}
	var paths []string
	for _, s := range v.Projected.Sources {
		for _, item := range s.Secret.Items {
			mode := int32(0o644)
			if item.Mode != nil {
				mode = *item.Mode
			}
			paths = append(paths, fmt.Sprintf("%s %s->%s %#o", s.Secret.Name, item.Key, item.Path, mode))
		}
	}
	if got, want := strings.Join(paths, ", "), "pw pw.txt->pw 0644, key key->api.key 0400, tokens a->tokens/a 0644, tokens b->tokens/b 0644"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if *pod.Spec.AutomountServiceAccountToken {
		t.Error("the token would lie below /var/run/secrets as well")
	}
	if got := find[*corev1.Secret](t, r, "pw").Data["pw.txt"]; string(got) != "hunter2\n" {
		t.Errorf("the value becomes %q", got)
	}
}

func TestSecretsElsewhereAreSingleFiles(t *testing.T) {
	for name, service := range map[string]string{
		"another target":         "secrets: [pw, {source: key, target: /etc/ssl/key}]",
		"a volume in /run":       "secrets: [pw, key], volumes: ['vol:/run/secrets/more']",
		"a tmpfs at the place":   "secrets: [pw, key], tmpfs: ['/run/secrets:size=1m']",
		"the same target, twice": "secrets: [{source: pw, target: x}, {source: key, target: sub/x}]",
	} {
		t.Run(name, func(t *testing.T) {
			r := convertYAML(t, "services:\n  db: {image: example, "+service+"}\nsecrets: {pw: {file: ./pw.txt}, key: {file: ./key}}\nvolumes: {vol: {}}\n", secretFiles())
			count := 0
			for _, m := range podOf(t, r, "db").Spec.Containers[0].VolumeMounts {
				if m.MountPath == "/run" {
					t.Error("something is mounted over /run")
				}
				if m.SubPath != "" && m.ReadOnly {
					count++
				}
			}
			if count != 2 {
				t.Errorf("%d secrets are mounted as single files, want 2", count)
			}
		})
	}
}

// TestSecretsOfHooks mounts a secret in a hook, which the loader lists twice, once with its target.
func TestSecretsOfHooks(t *testing.T) {
	r := convertYAML(t, `
services:
  web:
    image: example
    secrets: [pw]
    pre_start: [{image: example, command: [init], secrets: [pw]}]
secrets: {pw: {file: ./pw.txt}}
`, secretFiles())
	hook := podOf(t, r, "web").Spec.InitContainers[0]
	if len(hook.VolumeMounts) != 1 || hook.VolumeMounts[0].MountPath != "/run/secrets" {
		t.Errorf("the hook mounts %+v", hook.VolumeMounts)
	}
	for _, f := range r.Findings {
		if f.Code == "mount-twice" {
			t.Errorf("%s: %s", f.Path, f.Message)
		}
	}
}

func TestSecretsOption(t *testing.T) {
	const project = "services:\n  db: {image: example, secrets: [pw]}\nsecrets: {pw: {file: ./pw.txt}}\n"
	for option, value := range map[string]string{"emit": "hunter2\n", "stub": ""} {
		r := convertYAML(t, project, secretFiles(), func(in *Input) { in.Options.Secrets = SecretsForm(option) })
		if got, has := find[*corev1.Secret](t, r, "pw").Data["pw.txt"]; !has || string(got) != value {
			t.Errorf("--secrets=%s: %q, %v", option, got, has)
		}
	}
	r := convertYAML(t, project, secretFiles(), func(in *Input) { in.Options.Secrets = "skip" })
	if has[*corev1.Secret](r, "pw") {
		t.Error("--secrets=skip emits the Secret")
	}
	if sum := podOf(t, r, "db").Annotations[AnnotationChecksum+"pw"]; sum != "" {
		t.Errorf("the checksum %s tells whether a guess is right", sum)
	}
	if _, v := mountAt(t, podOf(t, r, "db"), "/run/secrets"); v.Secret == nil || v.Secret.SecretName != "pw" {
		t.Errorf("the reference is %+v", v.VolumeSource)
	}
}

// TestSecretsOfMountsAndSharesAreReported asks who has to make the Secrets that no top-level entry stands for.
func TestSecretsOfMountsAndSharesAreReported(t *testing.T) {
	for option, code := range map[string]string{"emit": "secret-in-output", "stub": "secret-stub", "skip": "secret-skipped"} {
		r := convertYAML(t, `
services:
  web: {image: example, volumes: ["./tls.key:/tls.key:ro", "./certs:/certs:ro", "share:/share"]}
volumes: {share: {driver_opts: {type: cifs, o: "username=u,password=hunter2", device: //host/share}}}
`, files(map[string]*source.File{"tls.key": text("hunter2"), "certs": directory("a.crt", text("c"), "a.key", text("hunter2"))}),
			func(in *Input) { in.Options.Secrets = SecretsForm(option) })
		var at []string
		for _, f := range r.Findings.Sorted() {
			if f.Code == code {
				at = append(at, f.Path.String())
			}
			if strings.Contains(f.Message+f.Help, "hunter2") {
				t.Errorf("--secrets=%s: the value is in %q", option, f.Message+f.Help)
			}
		}
		if want := []string{"services.web.volumes[0]", "services.web.volumes[1]", "volumes.share.driver_opts.o"}; !slices.Equal(at, want) {
			t.Errorf("--secrets=%s: reported at %v", option, at)
		}
	}
}

func TestSecretValuesAreInNoFinding(t *testing.T) {
	for _, option := range []string{"emit", "stub", "skip"} {
		r := convertYAML(t, `
services:
  db: {image: example, secrets: [pw, env, huge], volumes: ["./key.pem:/key.pem", "share:/share"]}
secrets: {pw: {file: ./pw.txt}, env: {environment: VALUE}, huge: {file: ./huge}}
volumes: {share: {driver_opts: {type: cifs, device: //nas/share, o: "username=u,password=hunter2"}}}
`, secretFiles(), files(map[string]*source.File{"huge": text(strings.Repeat("hunter2", 200<<10)), "key.pem": text("hunter2")}), func(in *Input) {
			in.Options.Secrets = SecretsForm(option)
			in.Project.Environment["VALUE"] = "hunter2"
		})
		for _, f := range r.Findings {
			if strings.Contains(f.Message+f.Help, "hunter2") {
				t.Errorf("%s: %s: %s", f.Code, f.Message, f.Help)
			}
		}
	}
}

func TestSecretsThatExist(t *testing.T) {
	r := convertYAML(t, `
services:
  db: {image: example, secrets: [theirs, vaulted, build_only]}
  web: {image: example, build: {context: ., secrets: [token]}}
secrets:
  theirs: {external: true, name: prod_pw}
  vaulted: {driver: vault, name: whatever, file: ./pw.txt}
  build_only: {external: true, x-kubernetes: {name: other, key: value}}
  token: {file: ./pw.txt}
`, secretFiles())
	_, v := mountAt(t, podOf(t, r, "db"), "/run/secrets")
	var got []string
	for _, s := range v.Projected.Sources {
		got = append(got, s.Secret.Name+"/"+s.Secret.Items[0].Key+"->"+s.Secret.Items[0].Path)
	}
	if want := "prod-pw/prod_pw->theirs vaulted/vaulted->vaulted other/value->build_only"; strings.Join(got, " ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, " "), want)
	}
	for _, o := range r.Objects {
		if s, isSecret := o.Object.(*corev1.Secret); isSecret {
			t.Errorf("the Secret %s is emitted", s.Name)
		}
	}
	finding(t, r, "secret-driver")
	finding(t, r, "secret-build-only")
	if len(podOf(t, r, "db").Annotations) != 0 {
		t.Error("the checksum of something that is not known")
	}
}

// A secret that is the name of a user as well stays a name where no password stands: the name is to stay where the secret is changed.
func TestSecretThatIsANameToo(t *testing.T) {
	r := convertYAML(t, `services: {x: {image: redis, restart: always, environment: {CACHE_PASSWORD: open_slo, CACHE_USER: open_slo}, command: redis-server --requirepass open_slo --dbfilename open_slo.rdb, healthcheck: {test: "redis-cli -a open_slo get open_slo"}}}`)
	c := mainContainer(t, r, "x")
	if want := []string{"redis-server", "--requirepass", "$(CACHE_PASSWORD)", "--dbfilename", "open_slo.rdb"}; !slices.Equal(c.Args, want) {
		t.Errorf("args %q, want %q", c.Args, want)
	}
	if want := `redis-cli -a "$CACHE_PASSWORD" get open_slo`; c.ReadinessProbe == nil || c.ReadinessProbe.Exec.Command[2] != want {
		t.Errorf("probe %+v, want %s", c.ReadinessProbe, want)
	}
}
