package install

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// secretProject has values that a shell, YAML and a template engine would each read in their own way.
const secretProject = `name: shop
x-kubernetes: {namespace: shop}
services:
  web:
    image: ghcr.io/example/shop:1
    restart: always
    environment: {API_PASSWORD: "pa ss$$'\"{{ x }}", API_TOKEN: abc}
    secrets: [key]
secrets: {key: {file: ./key.txt}}
`

// secretValues are the values by Secret and key.
var secretValues = map[string]map[string]string{
	"web-env": {"API_PASSWORD": "pa ss$'\"{{ x }}", "API_TOKEN": "abc"},
	"key":     {"key.txt": "line one\nline two\n"},
}

// secretBed is a cluster with the project in a folder of its own.
func secretBed(t *testing.T) (b *testbed, program string) {
	t.Helper()
	repository, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	program = builtProgram(t, repository)
	b = newTestbed(t)
	for name, text := range map[string]string{"compose.yaml": secretProject, "key.txt": secretValues["key"]["key.txt"]} {
		if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return b, program
}

// kube runs kubectl.
func (b *testbed) kube(args ...string) string {
	b.t.Helper()
	return b.command(b.kubectl, append([]string{"--kubeconfig", b.kubeconfig}, args...)...)
}

// source returns the folder of the source of a module that the go.mod of a folder below tools names.
func source(t *testing.T, folder, module string) string {
	t.Helper()
	dir := filepath.Join("..", "tools", folder)
	if out, err := exec.CommandContext(t.Context(), "go", "-C", dir, "mod", "download", module).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "go", "-C", dir, "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// sealedSecretsPrograms returns the folder with kubeseal and its controller. TRANSSHIP_TOOLS_BIN names one that has them already.
func sealedSecretsPrograms(t *testing.T, module string) string {
	t.Helper()
	bin := os.Getenv("TRANSSHIP_TOOLS_BIN")
	if bin != "" {
		return bin
	}
	bin = t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "-C", filepath.Join("..", "tools", "sealed-secrets"), "build", "-o", bin+"/", module+"/cmd/kubeseal", module+"/cmd/controller")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build Sealed Secrets: %v\n%s", err, out)
	}
	return bin
}

// start runs a program until the test ends; its output is shown when the test fails.
func (b *testbed) start(c *exec.Cmd) {
	b.t.Helper()
	var log bytes.Buffer
	c.Stdout, c.Stderr, c.Dir = &log, &log, b.dir
	stdin, err := c.StdinPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		stdin.Close()
		_ = c.Process.Kill()
		_ = c.Wait()
		if b.t.Failed() {
			text := log.String()
			b.t.Logf("%s said:\n%s", filepath.Base(c.Path), text[max(0, len(text)-4000):])
		}
	})
}

// eventually waits for a condition.
func (b *testbed) eventually(what string, is func() bool) {
	b.t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if is() {
			return
		}
	}
	b.t.Fatalf("%s: not within two minutes", what)
}

// try runs kubectl, and returns nothing where it fails.
func (b *testbed) try(args ...string) string {
	out, err := exec.CommandContext(b.t.Context(), b.kubectl, append([]string{"--kubeconfig", b.kubeconfig}, args...)...).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// checkSecrets waits for the Secrets, and compares every value.
func (b *testbed) checkSecrets() {
	b.t.Helper()
	for name, values := range secretValues {
		for key, want := range values {
			path := "{.data." + strings.ReplaceAll(key, ".", `\.`) + "}"
			var got []byte
			b.eventually("Secret "+name, func() bool {
				got, _ = base64.StdEncoding.DecodeString(b.try("-n", "shop", "get", "secret", name, "-o", "jsonpath="+path))
				return len(got) > 0
			})
			if string(got) != want {
				b.t.Errorf("%s in the Secret %s is %q, want %q", key, name, got, want)
			}
		}
	}
}

// server returns host, port and token for a program that thinks it runs in the cluster, and the certificate to trust.
func (b *testbed) server(account string) (host, port, token string, ca []byte) {
	b.t.Helper()
	b.kube("-n", "kube-system", "create", "serviceaccount", account)
	b.kube("create", "clusterrolebinding", account, "--clusterrole=cluster-admin", "--serviceaccount=kube-system:"+account)
	token = b.kube("-n", "kube-system", "create", "token", account)
	url := b.kube("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.server}")
	host, port, _ = strings.Cut(strings.TrimPrefix(url, "https://"), ":")
	ca, err := base64.StdEncoding.DecodeString(b.kube("config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster.certificate-authority-data}"))
	if err != nil || len(ca) == 0 {
		b.t.Fatalf("the kubeconfig has no certificate: %v", err)
	}
	return host, port, token, ca
}

var sealCommand = regexp.MustCompile(`kubectl create secret generic (\S+) .* (>> \S+)`)

// TestSealedSecrets seals the secrets with the commands that the findings have, by the real kubeseal, and lets the real controller
// open what the conversion writes, as manifests and as a chart.
func TestSealedSecrets(t *testing.T) {
	const module = "github.com/bitnami-labs/sealed-secrets"
	if os.Geteuid() != 0 {
		t.Skip("the controller looks for its credentials at a fixed place, which takes root to have in a namespace of its own")
	}
	bin := sealedSecretsPrograms(t, module)
	b, program := secretBed(t)
	b.kube("apply", "-f", filepath.Join(source(t, "sealed-secrets", module), "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml"))
	b.kube("wait", "--for=condition=Established", "crd/sealedsecrets.bitnami.com", "--timeout=60s")
	b.kube("create", "namespace", "shop")
	host, port, token, ca := b.server("sealed-secrets")
	credentials := filepath.Join(b.dir, "credentials")
	for name, text := range map[string]string{"token": token, "ca.crt": string(ca), "namespace": "kube-system"} {
		if err := os.MkdirAll(credentials, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(credentials, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := "mount -t tmpfs none /run && mkdir -p /run/secrets/kubernetes.io/serviceaccount && mount --bind " + credentials +
		" /run/secrets/kubernetes.io/serviceaccount && exec " + filepath.Join(bin, "controller") + " --listen-addr 127.0.0.1:0 --listen-metrics-addr 127.0.0.1:0"
	controller := exec.CommandContext(t.Context(), "unshare", "-m", "sh", "-c", script)
	controller.Env = []string{"PATH=" + os.Getenv("PATH"), "KUBERNETES_SERVICE_HOST=" + host, "KUBERNETES_SERVICE_PORT=" + port, "POD_NAMESPACE=kube-system"}
	b.start(controller)

	certificate := filepath.Join(b.dir, "cert.pem")
	b.eventually("the controller's certificate", func() bool {
		text, _ := base64.StdEncoding.DecodeString(b.try("-n", "kube-system", "get", "secret", "-l", "sealedsecrets.bitnami.com/sealed-secrets-key=active", "-o", `jsonpath={.items[0].data.tls\.crt}`))
		return len(text) > 0 && os.WriteFile(certificate, text, 0o600) == nil
	})
	b.seal(program, bin, certificate)
	manifests := b.command(program, "convert", "--secrets=sealed-secret", "--sealed-secrets=sealed-secrets.yaml")
	for _, values := range secretValues {
		for _, value := range values {
			if strings.Contains(manifests, strings.SplitN(value, "\n", 2)[0]) && value != "abc" {
				t.Errorf("a value is in the manifests")
			}
		}
	}
	b.apply(manifests)
	b.checkSecrets()
	b.kube("-n", "shop", "delete", "deployments,services,sealedsecrets", "--all")
	b.eventually("no Secret", func() bool { return b.try("-n", "shop", "get", "secrets", "-o", "name") == "" })

	b.command(program, "convert", "--secrets=sealed-secret", "--sealed-secrets=sealed-secrets.yaml", "-o", "helm", "-d", "chart")
	documents, err := renderIn(filepath.Join(b.dir, "chart"), "shop", nil)
	if err != nil {
		t.Fatal(err)
	}
	b.apply(strings.Join(documents, "\n---\n"))
	b.checkSecrets()
}

// seal runs the commands of the findings, with the values in the place of the dots, and the certificate from a file.
func (b *testbed) seal(program, bin, certificate string) {
	b.t.Helper()
	c := exec.CommandContext(b.t.Context(), program, "convert", "--secrets=sealed-secret")
	c.Dir = b.dir
	out, _ := c.CombinedOutput()
	commands := sealCommand.FindAllStringSubmatch(string(out), -1)
	if len(commands) != len(secretValues) {
		b.t.Fatalf("%d commands that seal, want %d:\n%s", len(commands), len(secretValues), out)
	}
	for _, found := range commands {
		line := found[0]
		for key, value := range secretValues[found[1]] {
			quoted := "'" + strings.ReplaceAll(value, "'", `'\''`) + "'"
			if strings.Contains(line, "--from-file="+key+"=") {
				quoted = key // the file of the project
			}
			if !strings.Contains(line, key+"=…") {
				b.t.Errorf("the command has no place for %s: %s", key, line)
			}
			line = strings.Replace(line, key+"=…", key+"="+quoted, 1)
		}
		line = strings.Replace(line, "kubeseal ", "kubeseal --cert "+certificate+" ", 1)
		shell := exec.CommandContext(b.t.Context(), "sh", "-c", line)
		shell.Dir, shell.Env = b.dir, []string{"PATH=" + bin + ":" + filepath.Dir(b.kubectl) + ":" + os.Getenv("PATH"), "KUBECONFIG=" + b.kubeconfig}
		if text, err := shell.CombinedOutput(); err != nil {
			b.t.Fatalf("%s: %v\n%s", line, err, text)
		}
	}
}

// apply applies documents with strict validation.
func (b *testbed) apply(documents string) {
	b.t.Helper()
	file := filepath.Join(b.dir, "documents.yaml")
	if err := os.WriteFile(file, []byte(documents), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.kube("-n", "shop", "apply", "--server-side", "--validate=strict", "-f", file)
}

// TestExternalSecrets puts the values into a store where the findings say, and lets the real controller of External Secrets make the
// Secrets that the Pods name. The store is the provider kubernetes: Secrets of another namespace, as a store elsewhere would have entries.
func TestExternalSecrets(t *testing.T) {
	const module = "github.com/external-secrets/external-secrets"
	if os.Getenv("TRANSSHIP_TEST_EXTERNAL_SECRETS") == "" {
		t.Skip("the controller takes minutes to build the first time: make test-external-secrets runs it, as .ci/run does where there is time")
	}
	bin, code := os.Getenv("TRANSSHIP_TOOLS_BIN"), source(t, "external-secrets", module)
	if bin == "" {
		bin = buildExternalSecrets(t, module, code)
	}
	b, program := secretBed(t)
	for _, name := range []string{"externalsecrets", "secretstores", "clustersecretstores", "clusterexternalsecrets", "pushsecrets", "clusterpushsecrets"} {
		b.kube("apply", "--server-side", "-f", filepath.Join(code, "config/crds/bases/external-secrets.io_"+name+".yaml"))
	}
	for _, kind := range []string{"generatorstates", "clustergenerators"} {
		b.kube("apply", "--server-side", "-f", filepath.Join(code, "config/crds/bases/generators.external-secrets.io_"+kind+".yaml"))
	}
	b.kube("wait", "--for=condition=Established", "crd/externalsecrets.external-secrets.io", "crd/clustersecretstores.external-secrets.io", "--timeout=60s")
	b.kube("create", "namespace", "shop")
	b.kube("create", "namespace", "store")
	host, port, token, ca := b.server("external-secrets")
	b.kube("-n", "store", "create", "secret", "generic", "reader", "--from-literal=token="+token)
	b.apply(fmt.Sprintf(`apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: vault}
spec:
  provider:
    kubernetes:
      remoteNamespace: store
      server: {url: "https://%s:%s", caBundle: %s}
      auth: {token: {bearerToken: {name: reader, namespace: store, key: token}}}
`, host, port, base64.StdEncoding.EncodeToString(ca)))
	controller := exec.CommandContext(t.Context(), filepath.Join(bin, "external-secrets"), "--metrics-addr", "127.0.0.1:0")
	controller.Env = []string{"KUBECONFIG=" + b.kubeconfig, "HOME=" + b.dir}
	b.start(controller)

	o := exec.CommandContext(t.Context(), program, "convert", "-v", "--secrets=external-secret", "--secret-store=ClusterSecretStore/vault")
	o.Dir = b.dir
	var manifests, findings bytes.Buffer
	o.Stdout, o.Stderr = &manifests, &findings
	if err := o.Run(); err != nil {
		t.Fatalf("%v\n%s", err, findings.String())
	}
	for name, values := range secretValues { // what the findings name is all that is known to who fills the store
		entry := regexp.MustCompile(`makes the Secret ` + name + ` from the entry (\S+) of ClusterSecretStore vault: (.*)`).FindStringSubmatch(findings.String())
		if entry == nil {
			t.Fatalf("nothing says where the values of %s belong:\n%s", name, findings.String())
		}
		args := []string{"-n", "store", "create", "secret", "generic", entry[1]}
		for _, property := range strings.Split(entry[2], ", ") {
			args = append(args, "--from-literal="+property+"="+values[property])
		}
		if len(args)-6 != len(values) {
			t.Errorf("%s: the finding names %s", name, entry[2])
		}
		b.kube(args...)
	}
	b.apply(manifests.String())
	b.checkSecrets()
	b.kube("-n", "shop", "delete", "deployments,services,externalsecrets", "--all")
	b.eventually("no Secret", func() bool { return b.try("-n", "shop", "get", "secrets", "-o", "name") == "" })

	b.command(program, "convert", "--secrets=external-secret", "--secret-store=ClusterSecretStore/other", "-o", "helm", "-d", "chart")
	documents, err := renderIn(filepath.Join(b.dir, "chart"), "shop", map[string]any{"secretStore": map[string]any{"name": "vault"}})
	if err != nil {
		t.Fatal(err)
	}
	b.apply(strings.Join(documents, "\n---\n"))
	b.checkSecrets()
}

// buildExternalSecrets builds the controller from a copy of its source that registers the provider kubernetes only: with the clouds'
// providers it takes ten times as long.
func buildExternalSecrets(t *testing.T, module, code string) string {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "main.go", "cmd", "pkg", "apis"} {
		if err := copyAll(filepath.Join(code, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"pkg/provider/register/register.go":  "package register\n\nimport _ \"" + module + "/pkg/provider/kubernetes\"\n",
		"pkg/generator/register/register.go": "package register\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(bin, "external-secrets"), ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build External Secrets: %v\n%s", err, out)
	}
	return bin
}

// copyAll copies a file or a folder, writable for the owner.
func copyAll(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, name)
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		source, err := os.Open(path)
		if err != nil {
			return err
		}
		defer source.Close()
		written, err := os.OpenFile(target, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(written, source); err != nil {
			return err
		}
		return written.Close()
	})
}

// renderIn renders a chart for a namespace.
func renderIn(chart, namespace string, values map[string]any) ([]string, error) {
	documents, err := renderChart(chart, values)
	for i := range documents {
		documents[i] = strings.ReplaceAll(documents[i], "namespace: default", "namespace: "+namespace)
	}
	slices.Sort(documents)
	return documents, err
}
