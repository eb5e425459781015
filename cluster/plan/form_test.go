package plan

import (
	"strings"
	"testing"

	"github.com/transship/transship/cluster/clustertest"
)

const formDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app.kubernetes.io/name: web}, annotations: {transship/compose-service: web}}
spec:
  replicas: 1
  selector: {matchLabels: {app.kubernetes.io/name: web}}
  template:
    metadata: {labels: {app.kubernetes.io/name: web, app.kubernetes.io/instance: shop}}
    spec:
      containers:
      - name: web
        image: team/web:1
        args: [serve, --all]
        ports: [{name: http, containerPort: 8080}]
        env: [{name: LEVEL, value: info}, {name: TOKEN, valueFrom: {secretKeyRef: {name: web-env, key: TOKEN}}}]
        readinessProbe: {httpGet: {path: /, port: 8080}}
        volumeMounts: [{name: site, mountPath: /site}]
      volumes: [{name: site, configMap: {name: site}}]
`

const formService = `
apiVersion: v1
kind: Service
metadata: {name: web, labels: {app.kubernetes.io/name: web}}
spec: {selector: {app.kubernetes.io/name: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
`

const formConfig = `{apiVersion: v1, kind: ConfigMap, metadata: {name: site}, data: {site.conf: "listen 80"}}`

const formSecret = `{apiVersion: v1, kind: Secret, metadata: {name: site}, stringData: {token: abc}}`

func TestObjectsOfOneFormDifferInWhatTheServerDoesNotJudge(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		object string
		edits  []string // old, new
		same   bool
	}{
		"a name":                            {formDeployment, []string{"name: web,", "name: api,"}, true},
		"a label":                           {formDeployment, []string{"instance: shop", "instance: other"}, true},
		"an annotation of ours":             {formDeployment, []string{"transship/compose-service: web", "transship/depends-on: '{}'"}, true},
		"an image":                          {formDeployment, []string{"team/web:1", "registry.example.com/api@sha256:0123"}, true},
		"arguments":                         {formDeployment, []string{"[serve, --all]", "[run]"}, true},
		"the number of a port":              {formDeployment, []string{"containerPort: 8080", "containerPort: 9090"}, true},
		"the name of a port":                {formDeployment, []string{"{name: http, ", "{name: grpc, "}, true},
		"a variable more":                   {formDeployment, []string{"{name: LEVEL, value: info}", "{name: LEVEL, value: info}, {name: MORE, value: x}"}, true},
		"the name of a Secret":              {formDeployment, []string{"name: web-env", "name: api-env"}, true},
		"the port of a probe":               {formDeployment, []string{"path: /, port: 8080", "path: /, port: 9090"}, true},
		"the name of a volume":              {formDeployment, []string{"{name: site, mountPath", "{name: page, mountPath", "{name: site, configMap", "{name: page, configMap"}, true},
		"the name of a ConfigMap":           {formDeployment, []string{"configMap: {name: site}", "configMap: {name: page}"}, true},
		"a key of a ConfigMap":              {formDeployment, []string{"{name: site}}", "{name: site, items: [{key: a, path: b}]}}"}, false},
		"the path of a mount":               {formDeployment, []string{"mountPath: /site", "mountPath: /page"}, false},
		"a field more":                      {formDeployment, []string{"replicas: 1", "replicas: 1\n  paused: true"}, false},
		"a field that does not exist":       {formDeployment, []string{"replicas: 1", "replicas: 1\n  nonsense: true"}, false},
		"a value that might be judged":      {formDeployment, []string{"replicas: 1", "replicas: 2"}, false},
		"the path of a probe":               {formDeployment, []string{"path: /,", "path: health,"}, false},
		"an annotation without a domain":    {formDeployment, []string{"transship/compose-service: web", "team: red"}, true},
		"an annotation of others":           {formDeployment, []string{"transship/compose-service: web", "example.com/inject: web"}, false},
		"a container more":                  {formDeployment, []string{"      volumes:", "      - {name: two, image: two}\n      volumes:"}, false},
		"the ports of a Service":            {formService, []string{"port: 80, targetPort: 8080", "port: 81, targetPort: 9090"}, true},
		"the protocol of a Service":         {formService, []string{"port: 80,", "port: 80, protocol: UDP,"}, false},
		"a type of Service":                 {formService, []string{"spec: {", "spec: {type: LoadBalancer, "}, false},
		"what a ConfigMap holds":            {formConfig, []string{"listen 80", "listen 81", "site.conf", "other.conf"}, true},
		"binary data of a ConfigMap":        {formConfig, []string{"data: {site.conf: \"listen 80\"}", "binaryData: {site.conf: AAAA}"}, false},
		"an immutable ConfigMap":            {formConfig, []string{"data:", "immutable: true, data:"}, false},
		"what a Secret holds":               {formSecret, []string{"abc", "def"}, true},
		"a Secret of a type with its rules": {formSecret, []string{"stringData: {token: abc}", "type: kubernetes.io/tls, stringData: {token: abc}"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.NewReplacer(c.edits...).Replace(c.object)
			if changed == c.object {
				t.Fatal("nothing was edited")
			}
			first, ok := formOf(clustertest.Object(t, c.object))
			second, _ := formOf(clustertest.Object(t, changed))
			if !ok || (first == second) != c.same {
				t.Errorf("the same form: %t, want %t\n%s\n%s", first == second, c.same, first, second)
			}
		})
	}
}

func TestWhatTheServerMightRefuseHasNoForm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		object string
		edits  []string
	}{
		"a name with capitals":                  {formDeployment, []string{"name: web,", "name: Web,"}},
		"a name that is too long":               {formDeployment, []string{"{name: web, labels", "{name: " + strings.Repeat("w", 53) + ", labels"}},
		"a label that is too long":              {formDeployment, []string{"instance: shop", "instance: " + strings.Repeat("s", 64)}},
		"a label that is a number":              {formDeployment, []string{"instance: shop", "instance: 1"}},
		"a selector that does not select":       {formDeployment, []string{"matchLabels: {app.kubernetes.io/name: web}", "matchLabels: {app.kubernetes.io/name: api}"}},
		"an image with a space":                 {formDeployment, []string{"team/web:1", "\"team/web :1\""}},
		"no image":                              {formDeployment, []string{"        image: team/web:1\n", ""}},
		"a port that is none":                   {formDeployment, []string{"containerPort: 8080", "containerPort: 70000"}},
		"a port twice":                          {formDeployment, []string{"containerPort: 8080}", "containerPort: 8080}, {containerPort: 8080, protocol: TCP}"}},
		"the name of a port twice":              {formDeployment, []string{"containerPort: 8080}", "containerPort: 8080}, {name: http, containerPort: 8081}"}},
		"a port of the node":                    {formDeployment, []string{"containerPort: 8080", "containerPort: 8080, hostPort: 80"}},
		"a variable twice":                      {formDeployment, []string{"value: info}", "value: info}, {name: LEVEL, value: debug}"}},
		"a variable that is a number":           {formDeployment, []string{"value: info", "value: 4"}},
		"a variable with a space":               {formDeployment, []string{"name: LEVEL", "name: \"LE VEL\""}},
		"a mount without a volume":              {formDeployment, []string{"{name: site, mountPath", "{name: page, mountPath"}},
		"a volume twice":                        {formDeployment, []string{"configMap: {name: site}}", "configMap: {name: site}}, {name: site, emptyDir: {}}"}},
		"a container twice":                     {formDeployment, []string{"      volumes:", "      - {name: web, image: two}\n      volumes:"}},
		"the network of the node":               {formDeployment, []string{"    spec:\n", "    spec:\n      hostNetwork: true\n"}},
		"a ConfigMap with a name that is none":  {formDeployment, []string{"configMap: {name: site}", "configMap: {name: Site_1}"}},
		"a Service that wants a port of nodes":  {formService, []string{"port: 80,", "port: 80, nodePort: 30080,"}},
		"a Service that wants an address":       {formService, []string{"spec: {", "spec: {clusterIP: 10.0.0.1, "}},
		"a Service with a name that starts odd": {formService, []string{"{name: web,", "{name: 1web,"}},
		"a Service with a port twice":           {formService, []string{"targetPort: 8080}", "targetPort: 8080}, {name: two, port: 80}"}},
		"a key that is none":                    {formConfig, []string{"site.conf", "a/b"}},
		"a key twice":                           {formConfig, []string{"data: {", "binaryData: {site.conf: AAAA}, data: {"}},
		"binary data that is none":              {formConfig, []string{"data: {site.conf: \"listen 80\"}", "binaryData: {site.conf: \"%\"}"}},
		"a content that is no text":             {formConfig, []string{"\"listen 80\"", "80"}},
		"a large ConfigMap":                     {formConfig, []string{"listen 80", strings.Repeat("x", largest)}},
		"a Secret that is not encoded":          {formSecret, []string{"stringData: {token: abc}", "data: {token: \"%\"}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changed := strings.NewReplacer(c.edits...).Replace(c.object)
			if changed == c.object {
				t.Fatal("nothing was edited")
			}
			if form, ok := formOf(clustertest.Object(t, changed)); ok {
				t.Errorf("it has the form %s", form)
			}
		})
	}
}
