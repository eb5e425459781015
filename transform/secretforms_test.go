package transform

import (
	"strings"
	"testing"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
)

const secretProject = "name: shop\nservices:\n  db: {image: example, secrets: [pw], environment: {DB_PASSWORD: hunter2}}\nsecrets: {pw: {file: ./pw.txt}}\n"

func TestExternalSecretsNameTheStoreAndEveryKey(t *testing.T) {
	r := convertYAML(t, secretProject, secretFiles(), func(in *Input) {
		in.Options.Secrets, in.Options.SecretStore = input.SecretsExternal, "ClusterSecretStore/vault"
	})
	e := find[*ExternalSecret](t, r, "pw")
	if ref := e.Spec.SecretStoreRef; ref.Kind != "ClusterSecretStore" || ref.Name != "vault" || e.Spec.Target.Name != "pw" {
		t.Errorf("%+v", e.Spec)
	}
	if len(e.Spec.Data) != 1 || e.Spec.Data[0].SecretKey != "pw.txt" || e.Spec.Data[0].RemoteRef.Property != "pw.txt" || !strings.HasSuffix(e.Spec.Data[0].RemoteRef.Key, "-pw") {
		t.Errorf("%+v", e.Spec.Data)
	}
	if env := find[*ExternalSecret](t, r, "db-env"); env.Spec.Data[0].SecretKey != "DB_PASSWORD" {
		t.Errorf("%+v", env.Spec)
	}
	if sum := podOf(t, r, "db").Annotations[AnnotationChecksum+"pw"]; sum != "" {
		t.Errorf("the checksum %s tells whether a guess is right", sum)
	}
	if len(findingsOf(r, "secret-external")) != 2 {
		t.Errorf("%v", r.Findings)
	}
}

func TestExternalSecretsNeedAStore(t *testing.T) {
	r := convertYAML(t, secretProject, secretFiles(), func(in *Input) { in.Options.Secrets = input.SecretsExternal })
	if found := findingsOf(r, "secret-store"); len(found) != 2 || found[0].Severity != diag.Error {
		t.Errorf("%v", found)
	}
	if has[*ExternalSecret](r, "pw") {
		t.Error("an ExternalSecret without a store")
	}
}

func TestSealedSecretsAreWrittenAsTheyWereSealed(t *testing.T) {
	seal := func(namespace, key string, scopes ...string) Result {
		return convertYAML(t, secretProject, secretFiles(), func(in *Input) {
			in.Options.Secrets, in.Options.Namespace = input.SecretsSealed, "shop"
			s := input.SealedSecret{Name: "pw", Namespace: namespace, EncryptedData: map[string]string{key: "AgB"}}
			for _, scope := range scopes {
				s.Annotations = map[string]string{"sealedsecrets.bitnami.com/" + scope: "true"}
			}
			in.Options.SealedSecrets = []input.SealedSecret{s, {Name: "db-env", Namespace: "shop", EncryptedData: map[string]string{"DB_PASSWORD": "AgC"}}}
		})
	}
	r := seal("shop", "pw.txt")
	s := find[*SealedSecret](t, r, "pw")
	if s.Spec.EncryptedData["pw.txt"] != "AgB" || s.Spec.Template.Metadata.Labels[LabelPartOf] == "" || len(findingsOf(r, "secret-sealed")) != 2 {
		t.Errorf("%+v, %v", s, r.Findings)
	}
	if r := seal("other", "pw.txt", "cluster-wide"); len(findingsOf(r, "secret-unsealed")) != 0 || find[*SealedSecret](t, r, "pw").Annotations["sealedsecrets.bitnami.com/cluster-wide"] != "true" {
		t.Errorf("a SealedSecret for every namespace: %v", r.Findings)
	}
	for _, wrong := range []Result{seal("other", "pw.txt"), seal("shop", "old.txt")} {
		if found := findingsOf(wrong, "secret-unsealed"); len(found) != 1 || found[0].Severity != diag.Error || !strings.Contains(found[0].Help, "kubectl create secret generic pw --from-file=pw.txt=… --namespace shop --dry-run=client -o yaml | kubeseal") {
			t.Errorf("%v", found)
		}
	}
}

func findingsOf(r Result, code string) diag.List {
	var found diag.List
	for _, f := range r.Findings {
		if f.Code == code {
			found = append(found, f)
		}
	}
	return found
}
