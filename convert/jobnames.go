package convert

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/transship/transship/internal/podtemplate"
	"github.com/transship/transship/transform/names"
)

// NameJobsByContent adds a hash of its spec to the name of each Job, in the objects themselves, and follows it in the
// containers that wait for the Job and in the Role that lets them. Kubernetes does not change a Job: one whose spec changed
// gets another name, so that applying it makes and runs a new one. The old one stays until somebody removes it. Labels
// stay as they are. The same objects get the same names.
func NameJobsByContent(objects []runtime.Object) error {
	n := jobNamer{jobs: map[string]*batchv1.Job{}, named: map[string]string{}}
	for _, o := range objects {
		if job, is := o.(*batchv1.Job); is {
			n.jobs[job.Name] = job
		}
	}
	for _, o := range objects {
		if job, is := o.(*batchv1.Job); is && n.jobs[job.Name] == job {
			if _, err := n.rename(job.Name); err != nil {
				return err
			}
		}
	}
	for _, o := range objects {
		switch o := o.(type) {
		case *batchv1.Job: // renamed
		case *rbacv1.Role:
			n.inRole(o)
		case *corev1.Pod:
			if err := n.inPod(&o.Spec); err != nil {
				return err
			}
		default:
			if template := podtemplate.Of(o); template != nil {
				if err := n.inPod(&template.Spec); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// jobNamer renames Jobs, one that is waited for before those that wait for it: their specs have its name.
type jobNamer struct {
	jobs  map[string]*batchv1.Job // by their old names
	named map[string]string       // new names by old ones; empty while they are made
}

// rename returns the new name of a Job. A name that is none of a Job is returned as it is.
func (n *jobNamer) rename(old string) (string, error) {
	job := n.jobs[old]
	if job == nil {
		return old, nil
	}
	if name, begun := n.named[old]; begun {
		if name == "" {
			return "", fmt.Errorf("name the job %s by its content: it waits for itself", old)
		}
		return name, nil
	}
	n.named[old] = ""
	if err := n.inPod(&job.Spec.Template.Spec); err != nil {
		return "", err
	}
	text, err := json.Marshal(job.Spec)
	if err != nil {
		return "", fmt.Errorf("name the job %s by its content: %w", old, err)
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:4])
	job.Name = strings.TrimRight(old[:min(len(old), names.MaxLabel-1-len(hash))], "-.") + "-" + hash
	n.named[old] = job.Name
	return job.Name, nil
}

// inPod follows the new names in the containers that wait.
func (n *jobNamer) inPod(spec *corev1.PodSpec) error {
	for _, c := range spec.InitContainers {
		last := len(c.Command) - 1
		if last < 1 || c.Command[0] != "kubectl" || c.Command[1] != "wait" {
			continue
		}
		old, isJob := strings.CutPrefix(c.Command[last], "job/")
		if !isJob {
			continue
		}
		name, err := n.rename(old)
		if err != nil {
			return err
		}
		c.Command[last] = "job/" + name
	}
	return nil
}

// inRole follows the new names in a Role for Jobs.
func (n *jobNamer) inRole(role *rbacv1.Role) {
	for _, rule := range role.Rules {
		if !slices.Contains(rule.APIGroups, batchv1.GroupName) || !slices.Contains(rule.Resources, "jobs") {
			continue
		}
		for i, old := range rule.ResourceNames {
			if name := n.named[old]; name != "" {
				rule.ResourceNames[i] = name
			}
		}
	}
}
