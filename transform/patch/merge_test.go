package patch

import (
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

const seeds = 600

const deployment = `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","labels":{"a":"1","b":"2"},"finalizers":["x/y","x/z"]},
"spec":{"replicas":2,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}},"selector":{"matchLabels":{"a":"1"}},
"template":{"metadata":{"labels":{"a":"1"}},"spec":{"nodeSelector":{"disk":"ssd"},"imagePullSecrets":[{"name":"one"},{"name":"two"}],
"hostAliases":[{"ip":"10.0.0.1","hostnames":["a","b"]},{"ip":"10.0.0.2","hostnames":["c"]}],
"tolerations":[{"key":"k","operator":"Exists"},{"key":"l","operator":"Exists"}],
"topologySpreadConstraints":[{"topologyKey":"zone","maxSkew":1,"whenUnsatisfiable":"DoNotSchedule"},{"topologyKey":"host","maxSkew":1,"whenUnsatisfiable":"ScheduleAnyway"}],
"volumes":[{"name":"data","emptyDir":{"sizeLimit":"1Gi"}},{"name":"conf","configMap":{"name":"c","items":[{"key":"k","path":"p"}]}},{"name":"last","emptyDir":{}}],
"containers":[{"name":"app","image":"a","args":["x","y","x"],"command":["c"],"ports":[{"containerPort":53,"protocol":"TCP","name":"t"},{"containerPort":53,"protocol":"UDP","name":"u"},{"containerPort":80}],
"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}},{"name":"C","value":"3"},{"name":"D","value":"4"}],
"volumeMounts":[{"name":"data","mountPath":"/data"},{"name":"conf","mountPath":"/conf"}],
"resources":{"limits":{"cpu":"1","memory":"1Gi"}},"securityContext":{"runAsUser":1000,"capabilities":{"drop":["ALL"]}}},
{"name":"side","image":"b"},{"name":"third","image":"c"}]}}}}`

const service = `{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"a":"1"},"externalIPs":["10.0.0.1","10.0.0.2"],
"ports":[{"name":"http","port":80,"targetPort":8080},{"name":"https","port":443,"targetPort":"tls"}],"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":10}}}}`

// patches makes patches for a value: parts of it changed, taken away, added, reordered, and with every directive.
type patches struct{ *rand.Rand }

func (r patches) chance(n int) bool { return r.IntN(n) == 0 }

func (r patches) of(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return r.ofMapping(value)
	case []any:
		return r.ofList(value)
	case string:
		return []any{value, value + "x", "y", nil, float64(3), map[string]any{}}[min(5, r.IntN(16)/2)%6]
	case float64:
		return []any{value, value + 1, nil}[r.IntN(3)]
	}
	return value
}

func (r patches) ofMapping(value map[string]any) map[string]any {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(value)) {
		list, isList := value[key].([]any)
		switch {
		case r.chance(3):
			continue
		case r.chance(14):
			out[key] = nil
		case isList && r.chance(4):
			out["$setElementOrder/"+key] = r.order(list)
			if r.chance(3) {
				continue
			}
			fallthrough
		default:
			out[key] = r.of(value[key])
		}
		if isList && reflect.TypeOf(list[0]).Kind() == reflect.String && r.chance(6) {
			out["$deleteFromPrimitiveList/"+key] = list[:r.IntN(len(list)+1)]
			delete(out, key) // with both, the result of the other depends on the order of a map
		}
	}
	if r.chance(30) {
		out["$patch"] = []string{"replace", "delete", "merge"}[r.IntN(3)]
	}
	if r.chance(20) {
		out["$retainKeys"] = []any{}
		for _, key := range slices.Sorted(maps.Keys(value)) {
			if out[key] != nil || r.chance(2) {
				out["$retainKeys"] = append(out["$retainKeys"].([]any), key)
			}
		}
	}
	if r.chance(40) {
		out[[]string{"name", "replicas", "mistake", "env", "emptyDir"}[r.IntN(5)]] = []any{"new", 5.0, nil, []any{map[string]any{"name": "N", "$patch": "delete"}}, map[string]any{"medium": nil}}[r.IntN(5)]
	}
	return out
}

func (r patches) ofList(value []any) []any {
	out := []any{}
	for _, item := range value {
		if r.chance(3) {
			continue
		}
		m, isMapping := item.(map[string]any)
		changed := r.of(item)
		if n, ok := changed.(map[string]any); ok && isMapping {
			for _, key := range []string{"name", "containerPort", "mountPath", "ip", "topologyKey", "port"} {
				if _, isMapping := n[key].(map[string]any); isMapping || m[key] != nil && !r.chance(20) {
					n[key] = m[key] // mostly the same item; a mapping that cannot be a key is refused earlier by ours
				}
			}
			if r.chance(8) {
				n["$patch"] = []string{"delete", "delete", "replace"}[r.IntN(3)]
			}
		}
		out = append(out, changed)
	}
	if r.chance(3) {
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

func (r patches) order(list []any) []any {
	out := []any{}
	for _, item := range list {
		if r.chance(8) {
			continue
		}
		if m, ok := item.(map[string]any); ok {
			item = maps.Clone(m)
		}
		out = append(out, item)
	}
	if len(out) == 0 {
		return list // without an order, items of the patch are refused by ours
	}
	if r.chance(2) {
		r.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out
}

var errPanic = errors.New("panic")

// byKubernetes applies a patch as kubectl and the API server do. The package does panic, for a list of nulls as an example.
func byKubernetes(object, patch []byte, of any) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errPanic
		}
	}()
	return strategicpatch.StrategicMergePatch(object, patch, of)
}

// What a patch makes is what the package of Kubernetes makes of it. Where that has an error, so has ours.
func TestPatchedAsKubernetesPatches(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]any{deployment: appsv1.Deployment{}, service: corev1.Service{}} {
		accepted, refused := 0, 0
		for seed := range uint64(seeds) {
			var object any
			if err := json.Unmarshal([]byte(name), &object); err != nil {
				t.Fatal(err)
			}
			patch, err := json.Marshal(patches{rand.New(rand.NewPCG(seed, 1))}.of(object))
			if err != nil {
				t.Fatal(err)
			}
			want, wantErr := byKubernetes([]byte(name), patch, of)
			got, gotErr := patchedJSON([]byte(name), patch, reflect.TypeOf(of))
			if errors.Is(wantErr, errPanic) {
				continue
			}
			if (gotErr == nil) != (wantErr == nil) || string(got) != string(want) {
				t.Fatalf("seed %d: patch %s\ngives %s, %v\nwant  %s, %v", seed, patch, got, gotErr, want, wantErr)
			}
			if wantErr == nil {
				accepted++
			} else {
				refused++
			}
		}
		if accepted < 50 || refused < 50 {
			t.Errorf("%d patches were accepted, %d refused: that tells little", accepted, refused)
		}
	}
}
