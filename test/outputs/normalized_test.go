package outputs

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// normalized takes out of objects what a chart has in another form by design, and nothing else:
//
//  1. the value of app.kubernetes.io/managed-by
//  2. the label helm.sh/chart
//  3. the values of transship/checksum-*
//  4. the annotation helm.sh/resource-policy
//  5. the hash behind the name of a Job
//  6. the order of variables
//  7. the tag latest, written out
//  8. Secrets as data instead of stringData, which holds the same values
//
// The Namespace is helm install's to make. Without the values of secrets, only their keys are compared.
func normalized(all objects, stub bool) objects {
	jobs := map[string]string{}
	for _, o := range all {
		if name, _ := o["metadata"].(map[string]any)["name"].(string); o["kind"] == "Job" && jobHash.MatchString(name) {
			jobs[name] = jobHash.ReplaceAllString(name, "")
		}
	}
	out := objects{}
	for _, o := range all {
		if o["kind"] == "Namespace" {
			continue
		}
		if o["kind"] == "Secret" {
			asStrings(o, stub)
		}
		walk(nil, o, func(path []string, fields map[string]any) { normalize(path, fields, jobs) })
		out[identity(o)] = o
	}
	return out
}

func normalize(path []string, fields map[string]any, jobs map[string]string) {
	if _, ok := fields["app.kubernetes.io/managed-by"]; ok {
		fields["app.kubernetes.io/managed-by"] = "*" // 1
	}
	for key := range fields {
		if strings.HasPrefix(key, "transship/checksum-") {
			fields[key] = "*" // 3
		}
	}
	delete(fields, "helm.sh/chart") // 2
	if annotations, ok := fields["annotations"].(map[string]any); ok {
		delete(annotations, "helm.sh/resource-policy") // 4
		if len(annotations) == 0 {
			delete(fields, "annotations")
		}
	}
	if name, ok := fields["name"].(string); ok && len(path) > 0 && path[len(path)-1] == "metadata" && jobs[name] != "" {
		fields["name"] = jobs[name] // 5
	}
	for _, list := range []string{"command", "resourceNames"} {
		items, _ := fields[list].([]any)
		for i, item := range items {
			text := fmt.Sprint(item)
			if bare := strings.TrimPrefix(text, "job/"); jobs[bare] != "" {
				items[i] = strings.TrimSuffix(text, bare) + jobs[bare] // 5
			}
		}
	}
	sortBy(fields["env"], "name") // 6
	if image, ok := fields["image"].(string); ok && !strings.Contains(image, "@") {
		image = strings.TrimSuffix(image, ":") // an empty tag, which only --allow lets pass
		if strings.LastIndex(image, ":") <= strings.LastIndex(image, "/") {
			image += ":latest"
		}
		fields["image"] = image // 7
	}
}

// asStrings gives a Secret its values as text.
func asStrings(o map[string]any, stub bool) {
	values := map[string]any{}
	if data, ok := o["data"].(map[string]any); ok {
		for key, value := range data {
			text, err := base64.StdEncoding.DecodeString(fmt.Sprint(value))
			if err != nil {
				text = []byte("not base64: " + err.Error())
			}
			values[key] = string(text)
		}
	}
	if data, ok := o["stringData"].(map[string]any); ok {
		for key, value := range data {
			values[key] = value
		}
	}
	for key := range values {
		if stub {
			values[key] = "*"
		}
	}
	delete(o, "data")
	o["stringData"] = values
}
