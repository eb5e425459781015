package cmd

import (
	"bytes"

	"github.com/transship/transship/loader/disk"
	"github.com/transship/transship/transform"
)

func checkStore(s string) error {
	_, err := transform.ParseStore(s)
	return err
}

// checkSecrets refuses flags about Secrets that do not go together. The project itself may say which form its Secrets have.
func (f *mappingFlags) checkSecrets() error {
	o := f.options
	elsewhere := o.Secrets == "external-secret" || o.Secrets == "sealed-secret"
	switch {
	case f.live && elsewhere:
		return usagef("--secrets=%s is for manifests: use convert", o.Secrets)
	case o.SecretStore != "" && o.Secrets != "" && o.Secrets != "external-secret":
		return usagef("--secret-store needs --secrets=external-secret")
	case f.sealed != "" && o.Secrets != "" && o.Secrets != "sealed-secret":
		return usagef("--sealed-secrets needs --secrets=sealed-secret")
	}
	return nil
}

// largestSealed is more than a file of SealedSecrets can have, in bytes.
const largestSealed = 16 << 20

// readSealed reads a file of SealedSecrets.
func readSealed(name string) ([]transform.Sealed, error) {
	text, err := disk.Read(name, largestSealed)
	if err != nil {
		return nil, usagef("--sealed-secrets: %s: %v", name, err)
	}
	sealed, err := transform.ReadSealedSecrets(bytes.NewReader(text))
	if err != nil {
		return nil, usagef("--sealed-secrets %s: %v", name, err)
	}
	return sealed, nil
}
