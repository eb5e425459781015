package input

import (
	"strings"
	"testing"
)

const sealed = `---
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata:
  name: web-env
  namespace: shop
  creationTimestamp: null
spec:
  encryptedData:
    PASSWORD: AgBy3i4OJSWK
  template:
    metadata: {name: web-env, namespace: shop, annotations: {sealedsecrets.bitnami.com/cluster-wide: "true", other: x}}
`

func TestSealedSecretsAreRead(t *testing.T) {
	all, err := parseSealedSecrets([]byte(sealed + "---\n# only a comment\n"))
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	s := all[0]
	if s.Name != "web-env" || s.Namespace != "shop" || s.EncryptedData["PASSWORD"] != "AgBy3i4OJSWK" || s.scope() != "cluster-wide" || len(s.Annotations) != 1 {
		t.Errorf("%+v", s)
	}
}

// TestPlainSecretsAreRefused: the file lies in a repository, and an error never quotes what is in it.
func TestPlainSecretsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"kind: Secret\nmetadata: {name: a}\nstringData: {k: hunter2}\n": "document 1 is no SealedSecret",
		sealed + sealed:                    "two documents are called web-env",
		"kind: SealedSecret\n":             "no metadata.name",
		"kind: [hunter2\n":                 "document 1: it is no YAML",
		"kind: {SealedSecret: hunter2}\n":  "document 1: it is no YAML",
		sealed + "---\nkind: Deployment\n": "document 2 is no SealedSecret",
	} {
		_, err := parseSealedSecrets([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := ReadSealedSecrets(strings.NewReader("# nothing\n")); err == nil {
		t.Error("a file without a SealedSecret is taken")
	}
}

func TestStores(t *testing.T) {
	for text, want := range map[string]string{"vault": "SecretStore vault", "SecretStore/a": "SecretStore a", "ClusterSecretStore/a.b": "ClusterSecretStore a.b", "Store/a": "", "Vault": "", "a/b/c": "", "": "", "SecretStore/": ""} {
		store, err := ParseStore(text)
		if (err == nil) != (want != "") || err == nil && store.String() != want {
			t.Errorf("%q: %v, %v", text, store, err)
		}
	}
}

func FuzzParseSealedSecrets(f *testing.F) {
	f.Add(sealed)
	f.Add("---\n---\nkind: Secret\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseSealedSecrets([]byte(text))
		for _, s := range all {
			if s.Name == "" {
				t.Errorf("a SealedSecret without a name: %+v, %v", s, err)
			}
		}
	})
}
