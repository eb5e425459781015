package chart

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/convert/manifest"
)

// volumeSource returns the lines of a Pod's volume.
func (c *claim) volumeSource(readOnly bool) []string {
	lines := []string{
		"{{- if " + c.value("enabled") + " }}", "persistentVolumeClaim:",
		"  claimName: {{ " + c.value("existingClaim") + " | default " + strconv.Quote(c.object.Name) + " | quote }}",
	}
	if readOnly {
		lines = append(lines, "  readOnly: true")
	}
	return append(lines, "{{- else }}", "emptyDir: {}", "{{- end }}")
}

// claim makes values of what a cluster's operator decides about a volume.
func (b *builder) claim(t *templateOf, o *corev1.PersistentVolumeClaim) {
	c := b.claims[o.Name]
	t.guard = and(b.enabledBy(c.users), c.value("enabled"), "not "+c.value("existingClaim"))
	class := ""
	if name := o.Spec.StorageClassName; name != nil {
		if class = *name; class == "" {
			class = "-"
		}
	}
	v := b.root.in("persistence").in(c.key)
	v.set("enabled", boolean, true).says("false: the data ends with the Pod.")
	v.set("existingClaim", text, "").says("Name of a claim to use instead of making one.")
	v.set("storageClass", text, class).says("Empty: that of global, or the cluster's default; \"-\": none.")
	v.set("accessModes", list, o.Spec.AccessModes).says("How nodes may mount it.")
	v.set("size", quantity, o.Spec.Resources.Requests.Storage().String()).says("Can be made larger where the storage class allows it, never smaller.")
	v.set("annotations", textMap, map[string]string{}).says("Annotations of the claim.")
	v.set("keep", boolean, true).says("Keep the claim when the release is uninstalled, as docker compose down does.")
	t.slots["spec.accessModes"] = manifest.Slot{Block: c.value("accessModes")}
	t.slots["spec.storageClassName"] = manifest.Slot{Lines: []string{
		"{{- with " + c.value("storageClass") + " | default .Values.global.storageClass }}",
		"storageClassName: {{ ternary \"\" . (eq . \"-\") | quote }}", "{{- end }}",
	}}
	t.slots["spec.resources.requests.storage"] = manifest.Slot{Expr: action(c.value("size"))}
	b.metadata(t, c.value("annotations"), "(ternary (dict \"helm.sh/resource-policy\" \"keep\") (dict) "+c.value("keep")+")")
}
