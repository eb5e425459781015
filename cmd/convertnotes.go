package cmd

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// tellOfSecrets says that files hold secret values as they are: people commit directories of manifests.
func (f *convertFlags) tellOfSecrets(w io.Writer, result *conversion) {
	var names []string
	add := func(objects []runtime.Object) {
		for _, o := range objects {
			if s, ok := o.(*corev1.Secret); ok && holdsValues(s) && !slices.Contains(names, s.Name) {
				names = append(names, s.Name)
			}
		}
	}
	add(result.Objects)
	for _, overlay := range result.overlays {
		add(overlay.Result.Objects)
	}
	if len(names) == 0 {
		return
	}
	which, are := "the Secret "+names[0], "holds its values"
	if n := len(names); n > 1 {
		which, are = fmt.Sprintf("%d Secrets (%s", n, strings.Join(names[:min(n, 3)], ", ")), "hold their values"
		if n > 3 {
			which += ", …"
		}
		which += ")"
	}
	switch f.output {
	case outputHelm:
		f.findings.note(w, fmt.Sprintf("%s has the values of %s in clear; the .gitignore there keeps it out of a repository", filepath.Join(f.outDir, "secret-values.yaml"), which))
	case outputKustomize:
		f.findings.note(w, fmt.Sprintf("%s in %s %s in clear; the .gitignore there keeps them out of a repository; --secrets=stub leaves the values out", which, f.outDir, are))
	default:
		f.findings.note(w, fmt.Sprintf("%s in %s %s in clear: do not commit it as it is; --secrets=stub leaves the values out, external-secret and sealed-secret need none here", which, f.outDir, are))
	}
}

// tellOfJobs says what to do about Jobs that kubectl cannot change: the rest of a project would be applied without them.
func (f *convertFlags) tellOfJobs(w io.Writer, objects []runtime.Object) {
	if f.jobNames == "hash" || f.output == outputHelm {
		return
	}
	var jobs []string
	for _, o := range objects {
		if job, ok := o.(*batchv1.Job); ok {
			jobs = append(jobs, job.Name)
		}
	}
	if len(jobs) == 0 {
		return
	}
	how := "kubectl apply cannot change a Job that is there; before a changed one: kubectl delete job %s, or --job-names=hash"
	if f.output == outputKustomize {
		how = "kubectl apply cannot change a Job that is there; before a changed one: kubectl delete job %s"
	}
	f.findings.note(w, fmt.Sprintf(how, strings.Join(jobs, " ")))
}

func holdsValues(s *corev1.Secret) bool {
	for _, value := range s.StringData {
		if value != "" {
			return true
		}
	}
	for _, value := range s.Data {
		if len(value) > 0 {
			return true
		}
	}
	return false
}
