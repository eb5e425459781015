package convert_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/convert"
)

// chained is a service that waits for a Job that waits for another one.
const chained = `
name: shop
services:
  prepare: {image: "shop:1", command: [prepare]}
  migrate: {image: "shop:1", command: [migrate], depends_on: {prepare: {condition: service_completed_successfully}}}
  other: {image: "shop:1", command: [other], restart: "no"}
  web: {image: "shop:1", depends_on: {migrate: {condition: service_completed_successfully}}}
`

// namedByContent returns the names of the Jobs of a project, sorted, after checking that everything follows them.
func namedByContent(t *testing.T, yaml string) []string {
	t.Helper()
	r := convertText(t, yaml, "")
	if err := convert.NameJobsByContent(r.Objects); err != nil {
		t.Fatal(err)
	}
	var jobs, waitedFor, permitted []string
	for _, o := range r.Objects {
		var spec corev1.PodSpec
		switch o := o.(type) {
		case *batchv1.Job:
			jobs, spec = append(jobs, o.Name), o.Spec.Template.Spec
		case *rbacv1.Role:
			permitted = append(permitted, o.Rules[0].ResourceNames...)
		default:
			spec = podSpecOf(o)
		}
		for _, c := range spec.InitContainers {
			waitedFor = append(waitedFor, strings.TrimPrefix(c.Command[len(c.Command)-1], "job/"))
		}
	}
	slices.Sort(waitedFor)
	slices.Sort(permitted)
	if waitedFor = slices.Compact(waitedFor); !slices.Equal(waitedFor, permitted) || len(waitedFor) != 2 {
		t.Errorf("waited for %q, permitted %q", waitedFor, permitted)
	}
	for _, name := range waitedFor {
		if !slices.Contains(jobs, name) {
			t.Errorf("%s is waited for, and there is %q", name, jobs)
		}
	}
	slices.Sort(jobs)
	return jobs
}

func TestJobsAreNamedByTheirContent(t *testing.T) {
	t.Parallel()
	before := namedByContent(t, chained)
	form := regexp.MustCompile(`^(migrate|other|prepare)-[0-9a-f]{8}$`)
	if len(before) != 3 || !form.MatchString(before[0]) || !form.MatchString(before[1]) || !form.MatchString(before[2]) {
		t.Fatalf("the Jobs are %q", before)
	}
	if again := namedByContent(t, chained); !slices.Equal(again, before) {
		t.Errorf("the same project gives %q and %q", before, again)
	}
	for what, c := range map[string]struct {
		edit    []string
		changed []bool // migrate, other, prepare
	}{
		"a service that is no Job":         {[]string{"web: {image: \"shop:1\"", "web: {image: \"shop:2\""}, []bool{false, false, false}},
		"a Job that nobody waits for":      {[]string{"[other]", "[another]"}, []bool{false, true, false}},
		"a Job":                            {[]string{"[migrate]", "[migrate, --all]"}, []bool{true, false, false}},
		"a Job that another one waits for": {[]string{"[prepare]", "[prepare, --all]"}, []bool{true, false, true}},
	} {
		after := namedByContent(t, strings.NewReplacer(c.edit...).Replace(chained))
		for i := range before {
			if (before[i] != after[i]) != c.changed[i] {
				t.Errorf("%s changes: %s was %s", what, after[i], before[i])
			}
		}
	}
}

func TestLongNamesOfJobsStayNames(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("migration-", 6) // of 60 letters
	r := convertText(t, "services: {"+name+"x: {image: a, restart: \"no\", command: [a]}}", "")
	if err := convert.NameJobsByContent(r.Objects); err != nil {
		t.Fatal(err)
	}
	for _, o := range r.Objects {
		if job, is := o.(*batchv1.Job); is && (len(job.Name) > 63 || strings.Contains(job.Name, "--")) {
			t.Errorf("the Job is %s, of %d letters", job.Name, len(job.Name))
		}
	}
}

func podSpecOf(o runtime.Object) corev1.PodSpec {
	unstructured, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	if err != nil {
		return corev1.PodSpec{}
	}
	spec, _ := unstructured["spec"].(map[string]any)
	template, _ := spec["template"].(map[string]any)
	pod, _ := template["spec"].(map[string]any)
	var out corev1.PodSpec
	_ = runtime.DefaultUnstructuredConverter.FromUnstructured(pod, &out) // nothing is in what has no template
	return out
}
