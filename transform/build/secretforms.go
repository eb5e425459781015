package build

import (
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/internal/sorted"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/plan"
)

// ExternalSecret is the part of external-secrets.io/v1 ExternalSecret that a conversion writes.
// Spec: https://external-secrets.io/latest/api/externalsecret/
type ExternalSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitzero"`
	Spec              ExternalSecretSpec `json:"spec"`
}

// ExternalSecretSpec says from which store a Secret gets its values.
type ExternalSecretSpec struct {
	RefreshInterval string               `json:"refreshInterval"`
	SecretStoreRef  SecretStoreReference `json:"secretStoreRef"`
	Target          ExternalSecretTarget `json:"target"`
	Data            []ExternalSecretData `json:"data,omitempty"`
}

// SecretStoreReference names a store.
type SecretStoreReference struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// ExternalSecretTarget names the Secret that is made.
type ExternalSecretTarget struct {
	Name string `json:"name"`
}

// ExternalSecretData says where the value of one key of the Secret is.
type ExternalSecretData struct {
	SecretKey string          `json:"secretKey"`
	RemoteRef RemoteReference `json:"remoteRef"`
}

// RemoteReference is a property of an entry of the store.
type RemoteReference struct {
	Key      string `json:"key"`
	Property string `json:"property"`
}

// DeepCopyObject implements runtime.Object.
func (e *ExternalSecret) DeepCopyObject() runtime.Object {
	c := *e
	e.DeepCopyInto(&c.ObjectMeta)
	c.Spec.Data = slices.Clone(e.Spec.Data)
	return &c
}

// refreshInterval is how often External Secrets looks into the store.
const refreshInterval = "1h0m0s"

// externalSecret adds what makes External Secrets make a Secret. Without a store there is nothing to write.
func (b *builder) externalSecret(origin plan.Origin, meta metav1.ObjectMeta, data map[string][]byte) {
	if b.plan.SecretStore == (input.Store{}) {
		return
	}
	e := &ExternalSecret{
		TypeMeta: metav1.TypeMeta{APIVersion: "external-secrets.io/v1", Kind: "ExternalSecret"}, ObjectMeta: meta,
		Spec: ExternalSecretSpec{
			RefreshInterval: refreshInterval,
			SecretStoreRef:  SecretStoreReference(b.plan.SecretStore),
			Target:          ExternalSecretTarget{Name: meta.Name},
		},
	}
	for _, key := range sorted.Keys(data) {
		e.Spec.Data = append(e.Spec.Data, ExternalSecretData{SecretKey: key, RemoteRef: RemoteReference{Key: input.RemoteKey(b.plan.Instance, meta.Name), Property: key}})
	}
	b.add(origin, e)
}

// SealedSecret is the part of bitnami.com/v1alpha1 SealedSecret that a conversion writes.
// Spec: https://github.com/bitnami-labs/sealed-secrets
type SealedSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitzero"`
	Spec              SealedSecretSpec `json:"spec"`
}

// SealedSecretSpec holds values that only the controller of one cluster can read.
type SealedSecretSpec struct {
	EncryptedData map[string]string    `json:"encryptedData"`
	Template      SealedSecretTemplate `json:"template"`
}

// SealedSecretTemplate is the metadata of the Secret that is made.
type SealedSecretTemplate struct {
	Metadata metav1.ObjectMeta `json:"metadata"`
}

// DeepCopyObject implements runtime.Object.
func (s *SealedSecret) DeepCopyObject() runtime.Object {
	c := *s
	s.DeepCopyInto(&c.ObjectMeta)
	c.Spec.EncryptedData = maps.Clone(s.Spec.EncryptedData)
	s.Spec.Template.Metadata.DeepCopyInto(&c.Spec.Template.Metadata)
	return &c
}

// sealedSecret adds what kubeseal made of a Secret; nothing where it was not asked yet.
func (b *builder) sealedSecret(origin plan.Origin, meta metav1.ObjectMeta) {
	i := slices.IndexFunc(b.plan.Sealed, func(s input.SealedSecret) bool { return s.Name == meta.Name })
	if i < 0 {
		return
	}
	sealed := b.plan.Sealed[i]
	s := &SealedSecret{
		TypeMeta: metav1.TypeMeta{APIVersion: "bitnami.com/v1alpha1", Kind: "SealedSecret"}, ObjectMeta: meta,
		Spec: SealedSecretSpec{EncryptedData: maps.Clone(sealed.EncryptedData)},
	}
	template := metav1.ObjectMeta{Name: meta.Name, Namespace: meta.Namespace, Labels: maps.Clone(meta.Labels), Annotations: maps.Clone(meta.Annotations)}
	s.Spec.Template.Metadata = template
	if len(sealed.Annotations) > 0 {
		s.Annotations = merged(s.Annotations, sealed.Annotations)
		s.Spec.Template.Metadata.Annotations = merged(template.Annotations, sealed.Annotations)
	}
	b.add(origin, s)
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, b)
	return all
}
