package kustomize

import "strings"

// place is where in an object of some kind a value stands.
type place struct {
	kind string
	path string // keys joined by dots; [] for any item of a list
}

func (p place) key(name string) place {
	if p.path == "" {
		return place{p.kind, name}
	}
	return place{p.kind, p.path + "." + name}
}

// podSpecs tells where the kinds that have Pods describe them.
var podSpecs = map[string]string{
	"Pod": "spec", "CronJob": "spec.jobTemplate.spec.template.spec",
	"Deployment": "spec.template.spec", "StatefulSet": "spec.template.spec", "DaemonSet": "spec.template.spec", "Job": "spec.template.spec",
}

var byName = listRule{fields: []string{"name"}}

// podLists tells by what the items of the lists of a Pod are known, as the field declarations of Kubernetes have it
// (patchMergeKey, or listMapKey where there are several). A list of a rule without fields is one that kustomize would merge, and that is replaced
// because its items may share their key.
var podLists = map[string]listRule{
	"containers":                    {fields: []string{"name"}, order: always},
	"initContainers":                {fields: []string{"name"}, order: always},
	"volumes":                       byName,
	"imagePullSecrets":              byName,
	"hostAliases":                   {fields: []string{"ip"}},
	"schedulingGates":               byName,
	"resourceClaims":                byName,
	"topologySpreadConstraints":     {},
	"containers[].env":              {fields: []string{"name"}, order: refersToOthers},
	"containers[].volumeMounts":     {fields: []string{"mountPath"}},
	"containers[].volumeDevices":    {fields: []string{"devicePath"}},
	"containers[].ports":            {fields: []string{"containerPort", "protocol"}},
	"containers[].resources.claims": byName,
}

// objectLists does the same for kinds without Pods.
var objectLists = map[string]map[string]listRule{
	"Service":        {"spec.ports": {fields: []string{"port", "protocol"}}},
	"ServiceAccount": {"imagePullSecrets": byName, "secrets": byName},
}

// list returns the rule of the list at a place, and false for a list that a patch replaces as a whole.
func (p place) list() (listRule, bool) {
	if rule, ok := objectLists[p.kind][p.path]; ok {
		return rule, true
	}
	spec, hasPods := podSpecs[p.kind]
	name, inPod := strings.CutPrefix(p.path, spec+".")
	if !hasPods || !inPod {
		return listRule{}, false
	}
	name = strings.ReplaceAll(name, ".[]", "[]")
	rule, ok := podLists[strings.Replace(name, "initContainers[]", "containers[]", 1)]
	return rule, ok
}

// always: init containers run one after the other, and the first container is the one that kubectl means.
func always([]any) bool { return true }

// refersToOthers reports whether a variable is made from others: $(NAME) knows those that come before.
func refersToOthers(variables []any) bool {
	for _, v := range variables {
		fields, _ := v.(map[string]any)
		if value, _ := fields["value"].(string); strings.Contains(value, "$(") {
			return true
		}
	}
	return false
}
