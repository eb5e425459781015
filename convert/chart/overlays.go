package chart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/convert/filetree"
	"github.com/transship/transship/diag"
)

// overlayTrees makes the chart once for each overlay, to compare it with that of the project; also what has to be a value for that.
func overlayTrees(o Options, objects []runtime.Object, result *convert.Result) (promotions, []*generated, error) {
	if len(o.Overlays) == 0 {
		return nil, nil, nil
	}
	promoted := promotions{}
	for _, overlay := range o.Overlays {
		findPromotions(o, result, objects, overlay.Result.Objects, promoted)
	}
	var all []*generated
	for _, overlay := range o.Overlays {
		running := map[string]bool{}
		for _, object := range overlay.Result.Objects {
			if podSpecOf(object) != nil {
				for _, name := range o.origins.owners(object) {
					running[name] = true
				}
			}
		}
		disabled := map[string]bool{}
		for _, object := range objects {
			if podSpecOf(object) != nil {
				for _, name := range o.origins.owners(object) {
					disabled[name] = !running[name]
				}
			}
		}
		united := o.origins.unite(slices.Clone(overlay.Result.Objects), objects, map[string]bool{})
		g, err := build(o, overlay.Result, convert.Ordered(united), disabled, promoted)
		if err != nil {
			return nil, nil, fmt.Errorf("overlay %s: %w", overlay.Name, err)
		}
		all = append(all, g)
	}
	return promoted, all, nil
}

// findPromotions notes the promotable fields that an overlay changes.
func findPromotions(o Options, result *convert.Result, objects, others []runtime.Object, promoted promotions) {
	b := newBuilder(o, result, objects)
	b.findServices()
	byIdentity, before := map[string]*corev1.PodSpec{}, map[string]runtime.Object{}
	for _, object := range objects {
		byIdentity[identityOf(object)], before[identityOf(object)] = podSpecOf(object), object
	}
	for _, other := range others {
		b.promoteObject(before[identityOf(other)], other, promoted)
	}
	note := func(names []string, compose string, one, other any) {
		s := b.services[compose]
		for _, name := range names {
			if s != nil && !reflect.DeepEqual(fieldOf(one, name).Interface(), fieldOf(other, name).Interface()) {
				promoted[s.key+"."+name] = true
			}
		}
	}
	for _, other := range others {
		spec, old := podSpecOf(other), byIdentity[identityOf(other)]
		if spec == nil || old == nil {
			continue
		}
		if names := o.origins.owners(other); len(names) > 0 {
			note(promotableOfPod, names[0], old, spec)
		}
		for i := range spec.Containers {
			for j := range old.Containers {
				if spec.Containers[i].Name == old.Containers[j].Name {
					note(promotableOfContainer, b.byLabel[spec.Containers[i].Name], &old.Containers[j], &spec.Containers[i])
				}
			}
		}
	}
}

// promoteObject notes the promotable fields of an object that are not those of a Pod.
func (b *builder) promoteObject(object, other runtime.Object, promoted promotions) {
	all := b.origins.owners(other)
	if object == nil || len(all) == 0 || b.services[all[0]] == nil {
		return
	}
	s := b.services[all[0]]
	switch other := other.(type) {
	case *appsv1.Deployment:
		if have, ok := object.(*appsv1.Deployment); ok && !reflect.DeepEqual(have.Spec.Strategy, other.Spec.Strategy) {
			promoted[s.key+".strategy"] = true
		}
	case *corev1.Service:
		if have, ok := object.(*corev1.Service); ok && other.Name == s.dns && !reflect.DeepEqual(have.Spec.Ports, other.Spec.Ports) {
			promoted[s.key+".service.ports"] = true
		}
	}
}

// overlayFiles returns the values files of the overlays, and adds findings for what no value can express.
func (g *generated) overlayFiles(o Options, trees []*generated) ([]filetree.File, error) {
	var files []filetree.File
	for i, other := range trees {
		name := o.Overlays[i].Name
		difference, err := treeDifference(g.tree, other.tree)
		if err != nil {
			return nil, err
		}
		text, err := (&values{entries: difference}).encode(newBuilder(o, o.Overlays[i].Result, nil).encoder)
		if err != nil {
			return nil, err
		}
		head := "# " + markText(g.chart.project) + "\n# helm install -f values-" + name + ".yaml\n"
		files = append(files, filetree.File{Name: "values-" + name + ".yaml", Data: append([]byte(head), text...), Mode: 0o644})
		if other.secrets != nil && !bytes.Equal(other.secrets, g.secrets) {
			files = append(files, filetree.File{
				Name: "secret-values-" + name + ".yaml", Mode: 0o600,
				Data: append([]byte("# "+markText(g.chart.project)+"\n# Local values of secrets: keep this file out of repositories.\n"), other.secrets...),
			})
		}
		g.reportOverlay(name, other)
		g.reportAbsent(o, o.Overlays[i])
	}
	return files, nil
}

// reportOverlay tells of templates and files that the overlay would have in another form.
func (g *generated) reportOverlay(name string, other *generated) {
	have := map[string][]byte{}
	for _, f := range g.files {
		have[f.Name] = f.Data
	}
	for _, f := range other.files {
		if !strings.HasPrefix(f.Name, "templates/") && !strings.HasPrefix(f.Name, "files/") || f.Name == "templates/NOTES.txt" {
			continue
		}
		if text, there := have[f.Name]; there && !bytes.Equal(text, f.Data) {
			g.findings.Add(diag.Finding{
				Severity: diag.Warning, Code: "helm-overlay-differs",
				Message: fmt.Sprintf("overlay %s: %s would be another one, with %q; no value of the chart can say that", name, f.Name, firstLine(text, f.Data)),
				Help:    "put the difference into the project, or use --output=kustomize, whose patches can",
			})
		}
	}
}

// reportAbsent tells of objects that an overlay does not have although their service is enabled in it, or no service stands for them.
func (g *generated) reportAbsent(o Options, overlay Overlay) {
	b := newBuilder(o, overlay.Result, g.objects)
	b.findServices()
	b.findContents()
	there, running := map[string]bool{}, map[string]bool{}
	for _, object := range overlay.Result.Objects {
		there[identityOf(object)] = true
		if podSpecOf(object) != nil {
			for _, name := range o.origins.owners(object) {
				running[name] = true
			}
		}
	}
	for _, object := range g.objects {
		guards := b.guardsOf(object)
		if there[identityOf(object)] || len(guards) > 0 && !slices.ContainsFunc(guards, func(name string) bool { return running[name] }) {
			continue
		}
		g.findings.Add(diag.Finding{
			Severity: diag.Warning, Code: "helm-overlay-differs",
			Message: fmt.Sprintf("overlay %s: %s stays, which the overlay does not have; no value of the chart can say that", overlay.Name, identityOf(object)),
			Help:    "use --output=kustomize, whose overlays can",
		})
	}
}

// firstLine returns the first line of a text that another text does not have at that place.
func firstLine(before, after []byte) string {
	old := bytes.Split(before, []byte("\n"))
	for i, line := range bytes.Split(after, []byte("\n")) {
		if i >= len(old) || !bytes.Equal(line, old[i]) {
			return strings.TrimSpace(string(line))
		}
	}
	return ""
}

// treeDifference returns the entries that turn one tree into the other when Helm merges them.
func treeDifference(from, to *values) ([]*values, error) {
	var out []*values
	for _, e := range to.entries {
		before := from.find(e.key)
		switch {
		case before == nil:
		case e.kind == mapping:
			entries, err := treeDifference(before, e)
			if err != nil {
				return nil, err
			}
			if len(entries) > 0 {
				out = append(out, &values{key: e.key, entries: entries})
			}
		default:
			change, differs, err := leafDifference(before.leaf, e.leaf)
			if err != nil {
				return nil, err
			}
			if differs {
				out = append(out, &values{key: e.key, kind: e.kind, leaf: change})
			}
		}
	}
	return out, nil
}

// leafDifference returns what Helm has to merge into a value: mappings key by key, with null for what goes, all else as a whole.
func leafDifference(from, to any) (change any, differs bool, err error) {
	before, err := plain(from)
	if err != nil {
		return nil, false, err
	}
	after, err := plain(to)
	if err != nil || reflect.DeepEqual(before, after) {
		return nil, false, err
	}
	return mappingDifference(before, after), true, nil
}

func mappingDifference(before, after any) any {
	old, wasMapping := before.(map[string]any)
	next, isMapping := after.(map[string]any)
	if !wasMapping || !isMapping {
		return after
	}
	if len(next) == 0 {
		return nil
	}
	change := map[string]any{}
	for key := range old {
		if _, kept := next[key]; !kept {
			change[key] = nil
		}
	}
	for key, value := range next {
		if have, known := old[key]; !known || !reflect.DeepEqual(have, value) {
			change[key] = mappingDifference(have, value)
		}
	}
	return change
}

// plain returns a value as JSON has it.
func plain(value any) (any, error) {
	switch v := value.(type) {
	case bool:
		return v, nil
	case string:
		if utf8.ValidString(v) {
			return v, nil
		}
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("compare values: %w", err)
	}
	var out any
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(&out); err != nil {
		return nil, fmt.Errorf("compare values: %w", err)
	}
	return out, nil
}
