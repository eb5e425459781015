package plan

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/internal/pattern"
)

// foreign is the problem of an object that exists and is not the project's.
func foreign(s *Step) *Problem {
	owner := "it was not made by this project"
	labels := s.Live.GetLabels()
	switch {
	case labels[resource.LabelManagedBy] == resource.ManagedBy && labels[resource.LabelInstance] != "":
		owner = fmt.Sprintf("it belongs to the project %q", labels[resource.LabelInstance])
	case labels[resource.LabelManagedBy] != "":
		owner = "it is managed by " + labels[resource.LabelManagedBy]
	default:
		if managers := managersOf(s.Live); len(managers) > 0 {
			owner += " (last changed by " + strings.Join(managers, ", ") + ")"
		}
	}
	help := "--adopt takes it over; another name, project or namespace leaves it alone"
	if s.Desired.Object["type"] == string(corev1.SecretTypeDockerConfigJson) {
		help = "another project or namespace leaves it alone; to use it as it is, give its name to --pull-secret" // the type of a Secret cannot be changed
	}
	return &Problem{Ref: s.Ref, Code: "foreign", Message: "already exists, and " + owner, Help: help}
}

func managersOf(o *unstructured.Unstructured) []string {
	var out []string
	for _, f := range o.GetManagedFields() {
		if f.Subresource == "" && !slices.Contains(out, f.Manager) {
			out = append(out, f.Manager)
		}
	}
	slices.Sort(out)
	return out
}

// causes returns the details of an answer of the API server.
func causes(err error) []metav1.StatusCause {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Details == nil {
		return nil
	}
	return status.Status().Details.Causes
}

var quotedManager = pattern.New(`conflict with "([^"]*)"`)

// ConflictingManagers returns who owns the fields that an apply wants to change; none if that was not the error.
func ConflictingManagers(err error) []string {
	var out []string
	for _, cause := range causes(err) {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		if m := quotedManager.FindStringSubmatch(cause.Message); m != nil && !slices.Contains(out, m[1]) {
			out = append(out, m[1])
		}
	}
	return out
}

func isForeignManager(manager string) bool { return manager != resource.FieldManager }

// FieldConflict names each field that somebody else has set, and who.
func FieldConflict(ref resource.Ref, err error) *Problem {
	var parts []string
	for _, cause := range causes(err) {
		if m := quotedManager.FindStringSubmatch(cause.Message); m != nil {
			parts = append(parts, fmt.Sprintf("%s is set by %s", strings.TrimPrefix(cause.Field, "."), m[1]))
		}
	}
	if len(parts) == 0 {
		return &Problem{Ref: ref, Code: "conflict", Message: serverMessage(err)}
	}
	slices.Sort(parts)
	help := "--force-conflicts overwrites these fields; leaving them out of the project lets the other keep them"
	if slices.ContainsFunc(causes(err), func(c metav1.StatusCause) bool { return strings.TrimPrefix(c.Field, ".") == "spec.replicas" }) {
		help = "x-kubernetes: {autoscale: {min: 1, max: 10, cpu: 80}} on the service leaves replicas to an autoscaler; --force-conflicts overwrites what others have set"
	}
	return &Problem{Ref: ref, Code: "conflict", Message: strings.Join(slices.Compact(parts), "; "), Help: help}
}

var immutability = pattern.New(`immutable|may not change|may not be set to 'None'|may not update|cannot change|` +
	`pod updates may not change|updates to statefulset spec for fields other than|spec is immutable after creation|cannot be updated|` +
	// What the server once filled in for another strategy stays in an object, and would not be in a new one.
	"may not be specified when strategy `type` is 'Recreate'")

// immutableFields returns the fields whose change Kubernetes does not allow, and nothing if the error is another one.
func immutableFields(err error) string {
	if !apierrors.IsInvalid(err) {
		return ""
	}
	var out []string
	for _, cause := range causes(err) {
		if !immutability.MatchString(cause.Message) {
			return "" // an invalid object would not become valid by being created again
		}
		if !slices.Contains(out, cause.Field) {
			out = append(out, cause.Field)
		}
	}
	if len(out) == 0 && immutability.MatchString(err.Error()) {
		return "spec"
	}
	return strings.Join(out, ", ")
}

// replace plans to delete and create an object again, unless that would lose data.
func (p *planner) replace(s *Step, err error) {
	fields := immutableFields(err)
	if s.Ref.IsClaim() {
		s.problem = &Problem{
			Ref: s.Ref, Code: "immutable-claim",
			Message: "a claim cannot be changed in place, and its data would be lost with it: " + serverMessage(err),
			Help:    "keep its definition, or copy the data, remove it with `down -v` and run `up` again; its size may grow",
		}
		return
	}
	s.Action = Recreate
	switch s.Ref.Kind {
	case "Job":
		s.Reason = "its definition changed, so it runs again"
	default:
		s.Reason = "Kubernetes cannot change " + fields
	}
}

// leavesHeadless reports whether a Service is to have an address and has been made without. The server keeps the old
// value of a field that is no longer sent, so that it would stay as it is, in silence.
func leavesHeadless(s *Step) bool {
	return s.Ref.Kind == "Service" && s.Ref.APIVersion == "v1" &&
		resource.Text(s.Result, "spec", "clusterIP") == "None" && resource.Text(s.Desired, "spec", "clusterIP") != "None"
}

// checkClaim refuses to wait for the end of a claim that Pods use: it stays as long as they do, and they run on.
func (p *planner) checkClaim(ctx context.Context, s *Step) error {
	if !s.Ref.IsClaim() {
		return nil
	}
	pods, err := p.client.List(ctx, "v1", "Pod", p.namespace, "")
	if err != nil {
		return err
	}
	var users []string
	for i := range pods {
		if pods[i].GetDeletionTimestamp() == nil && !resource.HasPodEnded(&pods[i]) && usesClaim(&pods[i], s.Ref.Name) {
			users = append(users, resource.RefOf(&pods[i]).String())
		}
	}
	if len(users) > 0 {
		s.problem = &Problem{
			Ref: s.Ref, Code: "claim-going",
			Message: "somebody has deleted it, and its data goes as soon as no Pod uses it: " + resource.SomeOf(users),
			Help:    "copy the data while those run; after `down`, `up` makes a new, empty one",
		}
	}
	return nil
}

func usesClaim(pod *unstructured.Unstructured, claim string) bool {
	return slices.ContainsFunc(resource.Items(pod.Object, "spec", "volumes"), func(volume map[string]any) bool {
		name, _, _ := unstructured.NestedString(volume, "persistentVolumeClaim", "claimName")
		return name == claim
	})
}

var noise = pattern.New(`^\S+ "[^"]*" is invalid: `)

// serverMessage is what the API server says, without the dumps of whole structures that it adds to some messages.
func serverMessage(err error) string {
	message := noise.ReplaceAllString(err.Error(), "")
	if list := causes(err); len(list) > 0 && apierrors.IsInvalid(err) {
		var parts []string
		for _, c := range list {
			part := shortValue(c.Message)
			if c.Field != "" {
				part = c.Field + ": " + part
			}
			if !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
		message = strings.Join(parts, "; ")
	}
	return message
}

// shortValue drops the offending value where it is so long that it hides the sentence after it.
func shortValue(message string) string {
	const prefix, longest = "Invalid value: ", 80
	rest, found := strings.CutPrefix(message, prefix)
	if !found || len(message) < longest {
		return resource.FirstLine(message)
	}
	if i := strings.LastIndex(rest, `": `); i >= 0 {
		return strings.TrimSpace(rest[i+3:])
	}
	if i := strings.LastIndex(rest, "}: "); i >= 0 {
		return strings.TrimSpace(rest[i+3:])
	}
	return resource.FirstLine(message)
}

// isDenied reports whether an admission policy or a webhook refused an object, rather than the API itself.
func isDenied(err error) bool {
	return apierrors.IsForbidden(err) || api.IsAdmissionFailure(err) ||
		strings.Contains(err.Error(), "denied request") || strings.Contains(err.Error(), "denied the request")
}

// ChangesPods reports whether a step replaces Pods that run now.
func ChangesPods(s *Step) bool {
	if !s.Ref.IsWorkload() || s.Live == nil {
		return false
	}
	switch s.Action {
	case Recreate, Restart:
		return true
	case Update:
		path := resource.PodTemplate(s.Ref.Kind)
		if s.Result == nil || path == nil {
			return false
		}
		before, _, _ := unstructured.NestedMap(s.Live.Object, path...)
		after, _, _ := unstructured.NestedMap(s.Result.Object, path...)
		return !resource.Equal(before, after)
	}
	return false
}

// orphans returns what the cluster has of the project and the project has no more. Claims are kept, and so is what belongs to
// services that are only not enabled: it is still the project's, and down has to know of it.
func orphans(objects, found []*unstructured.Unstructured, disabled []string) (gone, kept []resource.Ref) {
	wanted := map[string]bool{}
	for _, o := range objects {
		wanted[resource.RefOf(o).Id()] = true
	}
	for _, o := range found {
		ref := resource.RefOf(o)
		switch {
		case wanted[ref.Id()], resource.IsInventory(o), resource.IsOneOff(o):
		case ref.IsClaim(), slices.ContainsFunc(disabled, func(name string) bool { return resource.Stands(o, name) }):
			kept = append(kept, ref)
		default:
			gone = append(gone, ref)
		}
	}
	return resource.SortedRefs(gone), resource.SortedRefs(kept)
}
