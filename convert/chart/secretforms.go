package chart

import (
	"github.com/transship/transship/convert/manifest"
	"github.com/transship/transship/transform"
)

// externalSecret makes values of the store, once for all Secrets, and of how often it is looked into.
func (b *builder) externalSecret(t *templateOf, o *transform.ExternalSecret) {
	t.guard = b.enabledBy(b.origins[t.source].Services)
	v := b.root.in("secretStore")
	v.set("kind", text, o.Spec.SecretStoreRef.Kind).says("SecretStore of the namespace, or ClusterSecretStore.")
	v.set("name", text, o.Spec.SecretStoreRef.Name)
	v.set("refreshInterval", text, o.Spec.RefreshInterval)
	t.slots["spec.secretStoreRef.kind"] = manifest.Slot{Expr: action("$.Values.secretStore.kind")}
	t.slots["spec.secretStoreRef.name"] = manifest.Slot{Expr: action("$.Values.secretStore.name")}
	t.slots["spec.refreshInterval"] = manifest.Slot{Expr: action("$.Values.secretStore.refreshInterval | quote")}
}

// sealedSecret makes values of what kubeseal made: another cluster needs others. They are no secrets.
func (b *builder) sealedSecret(t *templateOf, o *transform.SealedSecret) {
	t.guard = b.enabledBy(b.origins[t.source].Services)
	key := b.sealedKey(o.Name)
	b.root.in("sealedSecrets").set(key, textMap, o.Spec.EncryptedData)
	t.slots["spec.encryptedData"] = manifest.Slot{Block: ".Values.sealedSecrets." + key}
	labels := o.Spec.Template.Metadata.Labels
	b.labels(t.slots, "spec.template.metadata.labels", labels, "labels", nil)
	if o.Namespace != "" {
		t.slots["spec.template.metadata.namespace"] = manifest.Slot{Expr: action(".Release.Namespace")}
	}
}

// sealedKey returns the key of a sealed Secret's values.
func (b *builder) sealedKey(name string) string {
	key := camel(name)
	for b.root.find("sealedSecrets", key) != nil {
		key += "x"
	}
	return key
}
