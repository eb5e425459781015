package input

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/transship/transship/transform/extension"
)

// Store is a store of External Secrets.
type Store struct{ Kind, Name string }

// String is the store as a person writes it.
func (s Store) String() string { return s.Kind + " " + s.Name }

// ParseStore reads NAME, SecretStore/NAME or ClusterSecretStore/NAME.
func ParseStore(text string) (Store, error) {
	kind, name, ok := extension.Store(text)
	if !ok {
		return Store{}, fmt.Errorf("%q is not the name of a SecretStore, or ClusterSecretStore/NAME", text)
	}
	return Store{kind, name}, nil
}

// SealedSecret is what kubeseal made of a Secret. Its values are encrypted for one cluster.
type SealedSecret struct {
	Name, Namespace string
	Annotations     map[string]string // the scope, in the words of Sealed Secrets
	EncryptedData   map[string]string
}

// maxSealedDocuments bounds a file of SealedSecrets.
const maxSealedDocuments = 10000

// parseSealedSecrets reads a file of SealedSecrets: one YAML or JSON document each, as kubeseal writes them. A document of another
// kind is an error: what a plain Secret holds must not come into a repository by mistake.
func parseSealedSecrets(text []byte) ([]SealedSecret, error) {
	var all []SealedSecret
	seen := map[string]bool{}
	for i, document := range documents(text) {
		var have struct {
			Kind     string `json:"kind"`
			Metadata struct {
				Name        string            `json:"name"`
				Namespace   string            `json:"namespace"`
				Annotations map[string]string `json:"annotations"`
			} `json:"metadata"`
			Spec struct {
				EncryptedData map[string]string `json:"encryptedData"`
				Template      struct {
					Metadata struct {
						Annotations map[string]string `json:"annotations"`
					} `json:"metadata"`
				} `json:"template"`
			} `json:"spec"`
		}
		if i >= maxSealedDocuments {
			return nil, fmt.Errorf("more than %d documents", maxSealedDocuments)
		}
		if err := yaml.Unmarshal(document, &have); err != nil {
			return nil, fmt.Errorf("document %d: it is no YAML that a SealedSecret can be read from", i+1) // the library quotes what it reads
		}
		switch {
		case have.Kind != "SealedSecret":
			return nil, fmt.Errorf("document %d is no SealedSecret: seal it with kubeseal", i+1)
		case have.Metadata.Name == "":
			return nil, fmt.Errorf("document %d has no metadata.name", i+1)
		case seen[have.Metadata.Name]:
			return nil, fmt.Errorf("two documents are called %s: take one away", have.Metadata.Name)
		}
		seen[have.Metadata.Name] = true
		s := SealedSecret{Name: have.Metadata.Name, Namespace: have.Metadata.Namespace, EncryptedData: have.Spec.EncryptedData}
		for _, annotations := range []map[string]string{have.Spec.Template.Metadata.Annotations, have.Metadata.Annotations} {
			for key, value := range annotations {
				if strings.HasPrefix(key, "sealedsecrets.bitnami.com/") {
					if s.Annotations == nil {
						s.Annotations = map[string]string{}
					}
					s.Annotations[key] = value
				}
			}
		}
		all = append(all, s)
	}
	return all, nil
}

// documents splits a stream of YAML documents. Ciphertexts are base64: no line of one begins with the mark.
func documents(text []byte) [][]byte {
	var all [][]byte
	for part := range bytes.SplitSeq(append([]byte("\n"), text...), []byte("\n---")) {
		for line := range bytes.SplitSeq(part, []byte("\n")) {
			if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
				all = append(all, part)
				break
			}
		}
	}
	return all
}

// scope returns what a SealedSecret may be moved within; "" is its own name and namespace.
func (s *SealedSecret) scope() string {
	for _, scope := range []string{"cluster-wide", "namespace-wide"} {
		if s.Annotations["sealedsecrets.bitnami.com/"+scope] == "true" {
			return scope
		}
	}
	return ""
}

// errNoSealedSecrets is the error of a file without any.
var errNoSealedSecrets = errors.New("no SealedSecret is in it")

// ReadSealedSecrets returns the SealedSecrets of what a reader has, at most 16 MiB.
func ReadSealedSecrets(r io.Reader) ([]SealedSecret, error) {
	const most = 16 << 20
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read: %w", err)
	case len(text) > most:
		return nil, errors.New("it is larger than 16 MiB")
	}
	all, err := parseSealedSecrets(text)
	if err == nil && len(all) == 0 {
		err = errNoSealedSecrets
	}
	return all, err
}
