package plan

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// podTemplate replaces what differs from service to service in Pods that are made alike.
func (f *former) podTemplate(template map[string]any) {
	f.metadata(template, false)
	spec := mapAt(template, "spec")
	f.expect(spec["hostNetwork"] != true) // then ports of containers are ports of the node
	volumes := map[string]string{}
	for i, v := range mapsIn(spec["volumes"]) {
		name, _ := v["name"].(string)
		f.expect(v != nil && len(validation.IsDNS1123Label(name)) == 0 && volumes[name] == "")
		volumes[name] = fmt.Sprint("#", i)
		if v == nil {
			continue
		}
		v["name"] = volumes[name]
		f.references(v, "configMap", "name")
		f.references(v, "secret", "secretName")
		for _, source := range []string{"configMap", "secret"} {
			for _, item := range mapsIn(mapAt(v, source)["items"]) {
				f.name(item, "key", validation.IsConfigMapKey)
			}
		}
		f.references(v, "persistentVolumeClaim", "claimName")
	}
	names, ports := map[string]bool{}, map[string]bool{}
	for _, list := range []string{"initContainers", "containers"} {
		for _, c := range mapsIn(spec[list]) {
			name, _ := c["name"].(string)
			f.expect(c != nil && len(validation.IsDNS1123Label(name)) == 0 && !names[name])
			names[name] = true
			if c != nil {
				f.container(c, volumes, ports)
			}
		}
	}
}

// references replaces the name of another object, below a key that may be missing.
func (f *former) references(o map[string]any, key, name string) {
	if m, there := o[key].(map[string]any); there {
		f.name(m, name, validation.IsDNS1123Subdomain)
	}
}

func (f *former) container(c map[string]any, volumes map[string]string, ports map[string]bool) {
	c["name"] = anyValue
	f.name(c, "image", checkImage)
	for _, key := range []string{"command", "args"} {
		f.texts(c, key)
	}
	f.environment(c)
	numbers := map[string]bool{}
	for _, p := range mapsIn(c["ports"]) {
		f.unique(numbers, p["containerPort"], p["protocol"])
		if name, _ := p["name"].(string); name != "" {
			f.expect(!ports[name] && len(validation.IsValidPortName(name)) == 0)
			ports[name] = true
			p["name"] = anyValue
		}
		f.expect(p["hostPort"] == nil)
		f.port(p, "containerPort")
	}
	for _, m := range mapsIn(c["volumeMounts"]) {
		name, _ := m["name"].(string)
		f.expect(m != nil && volumes[name] != "")
		if m != nil {
			m["name"] = volumes[name]
		}
	}
	for _, key := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		probe := mapAt(c, key)
		if exec := mapAt(probe, "exec"); exec != nil {
			command, _ := exec["command"].([]any)
			f.expect(len(command) > 0)
			f.texts(exec, "command")
		}
		for _, handler := range []string{"httpGet", "tcpSocket", "grpc"} {
			if h := mapAt(probe, handler); h != nil {
				f.port(h, "port")
			}
		}
	}
}

// checkImage takes names that nobody could misread; the server takes more.
func checkImage(image string) []string {
	if image == "" || strings.ContainsFunc(image, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return []string{"not a plain reference"}
	}
	return nil
}

// texts replaces a list of texts.
func (f *former) texts(o map[string]any, key string) {
	list, there := o[key].([]any)
	f.expect(there == (o[key] != nil))
	for _, item := range list {
		_, isText := item.(string)
		f.expect(isText)
	}
	if there {
		o[key] = anyValue
	}
}

// environment drops variables with a value, and replaces the names of objects that others come from.
func (f *former) environment(c map[string]any) {
	var others []any
	names := map[string]bool{}
	for _, e := range mapsIn(c["env"]) {
		name, _ := e["name"].(string)
		f.expect(len(validation.IsEnvVarName(name)) == 0 && !names[name])
		names[name] = true
		source := mapAt(e, "valueFrom")
		if source == nil {
			value, isText := e["value"].(string)
			f.expect(len(e) == 1 || len(e) == 2 && isText && !strings.ContainsRune(value, 0))
			continue
		}
		e["name"] = anyValue
		for _, key := range []string{"secretKeyRef", "configMapKeyRef"} {
			f.references(source, key, "name")
			if m := mapAt(source, key); m != nil {
				f.name(m, "key", validation.IsConfigMapKey)
			}
		}
		others = append(others, e)
	}
	if c["env"] != nil {
		c["env"] = others
	}
	for _, e := range mapsIn(c["envFrom"]) {
		for _, key := range []string{"secretRef", "configMapRef"} {
			f.references(e, key, "name")
		}
	}
}
