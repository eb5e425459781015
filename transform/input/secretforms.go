package input

import (
	"fmt"
	"slices"
	"strings"

	"github.com/transship/transship/internal/sorted"
)

// sealedSecretNamed returns what kubeseal made of a Secret, nil for nothing.
func (o Options) sealedSecretNamed(name string) *SealedSecret {
	for i := range o.SealedSecrets {
		if o.SealedSecrets[i].Name == name {
			return &o.SealedSecrets[i]
		}
	}
	return nil
}

// RemoteKey returns the name of a Secret's entry in a store: one that every kind of store takes.
func RemoteKey(instance, name string) string { return instance + "-" + name }

// SecretElsewhere is what has to be told about a Secret whose values come from a store, or were sealed. Nothing is told of
// other Secrets.
func (p *Project) SecretElsewhere(name string, keys []string, create string) (code, message, help string) {
	switch p.Options.Secrets {
	case SecretsExternal:
		store, err := ParseStore(p.Options.SecretStore)
		if err != nil {
			return "secret-store", fmt.Sprintf("no store is named from which the Secret %s gets its values", name),
				"--secret-store NAME, or in the project x-kubernetes: {secretStore: NAME}; ClusterSecretStore/NAME for a store of the cluster"
		}
		return "secret-external", fmt.Sprintf("External Secrets makes the Secret %s from the entry %s of %s: %s", name, RemoteKey(p.Instance(), name), store, strings.Join(keys, ", ")),
			"put the entry with these properties into the store"
	case SecretsSealed:
		if problem := p.unsealed(name, keys); problem != nil {
			return "secret-unsealed", problem.Error(), p.sealCommand(name, create)
		}
		return "secret-sealed", fmt.Sprintf("the Secret %s is written as it was sealed", name), ""
	}
	return "", "", ""
}

// unsealed says what is missing of a SealedSecret.
func (p *Project) unsealed(name string, keys []string) error {
	sealed := p.Options.sealedSecretNamed(name)
	if sealed == nil {
		return fmt.Errorf("the Secret %s is not among the sealed ones", name)
	}
	have := sorted.Keys(sealed.EncryptedData)
	for _, key := range keys {
		if !slices.Contains(have, key) {
			return fmt.Errorf("the sealed Secret %s lacks the key %s", name, key)
		}
	}
	if sealed.scope() == "" && p.Options.Namespace != "" && sealed.Namespace != p.Options.Namespace {
		return fmt.Errorf("the Secret %s was sealed for the namespace %q: it cannot be opened in %q", name, sealed.Namespace, p.Options.Namespace)
	}
	return nil
}

// sealCommand is the command that makes a SealedSecret. The values stay on the machine of who runs it.
func (p *Project) sealCommand(name, create string) string {
	namespace := ""
	if p.Options.Namespace != "" {
		namespace = " --namespace " + p.Options.Namespace
	}
	return create + namespace + " --dry-run=client -o yaml | kubeseal --format yaml >> sealed-secrets.yaml; then --sealed-secrets sealed-secrets.yaml. Take an older one of the name " + name + " out of that file first"
}
