package pod

import (
	"math"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	batchv1 "k8s.io/api/batch/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/labels"
	"github.com/transship/transship/transform/names"
	"github.com/transship/transship/transform/naming"
	"github.com/transship/transship/transform/plan"
	"github.com/transship/transship/transform/report"
	"github.com/transship/transship/transform/workload"
)

const (
	// neverSchedule is 31 February: a CronJob must have a schedule, also one that is only run by hand.
	neverSchedule = "0 0 31 2 *"
	// skipMissedAfter is how late a run may start where missed ones are skipped. Below ten seconds the controller, which
	// looks at that interval, could skip every run.
	skipMissedAfter = 60
)

// jobSpec returns the Job of a one-shot.
//
// Compose runs it at each `up` and keeps what has exited; so the Job is not removed after its end, and waiters can still see
// that it has completed. A Pod is replaced only when it has failed for good, as there is never a second container beside the first.
// Each of several Pods is repeated as often as the file says, whatever becomes of the others: a Job with one count of failures
// for all its Pods would end the others with the first that fails for good, one with an index for each Pod counts by index.
// Spec: https://kubernetes.io/docs/concepts/workloads/controllers/job/,
// https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index
func jobSpec(b *workload.Pod, version input.Version, dns, hostname string) batchv1.JobSpec {
	_, attempts := workload.JobRestarts(b.Main)
	spec := batchv1.JobSpec{BackoffLimit: &attempts}
	if version.AtLeast(input.Version{Major: 1, Minor: 34}) {
		spec.PodReplacementPolicy = new(batchv1.Failed)
	}
	if b.Main.Scale() == 0 {
		spec.Suspend = new(true) // declared, but Compose would make no container
	}
	completions(b.Main, &spec)
	if spec.Completions == nil {
		return spec
	}
	named := hostname != "" || len(dns)+len("-")+len(strconv.Itoa(int(*spec.Completions))) > names.MaxLabel // an index is part of the hostname
	if !named && attempts < math.MaxInt32 && version.AtLeast(input.Version{Major: 1, Minor: 33}) {
		spec.CompletionMode = new(batchv1.IndexedCompletion)
		spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, &attempts
	}
	return spec
}

// completions sets how many Pods of a Job have to succeed, side by side: Compose starts all replicas at once.
func completions(s *input.Service, spec *batchv1.JobSpec) {
	if n := s.Scale(); n > 1 {
		spec.Completions, spec.Parallelism = &n, &n
	}
}

// trigger is one schedule of a job and where it is written.
type trigger struct {
	types.ScheduleConfig
	at diag.Path
}

// cronJobs returns a CronJob for each schedule of a job, or a suspended one for a job that is only run by hand.
//
// docker compose runs a job on request (`docker compose run`) and leaves schedules to others; a CronJob is both, the
// latter with kubectl create job --from. Its default of letting runs overlap is never what Compose says.
// Spec: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
func cronJobs(s *input.Service, n *naming.Names, findings *report.Findings) []plan.CronJob {
	_, attempts := workload.JobRestarts(s)
	var jobs []plan.CronJob
	for i, t := range triggers(n, s, findings) {
		c := plan.CronJob{Name: cronJobName(n, s, i), Spec: batchv1.CronJobSpec{
			Schedule: sundayAsZero(t.Cron), ConcurrencyPolicy: batchv1.ForbidConcurrent,
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{BackoffLimit: new(attempts)}},
		}}
		completions(s, &c.Spec.JobTemplate.Spec)
		if wish := s.Ext.CronConcurrency; wish != "" {
			c.Spec.ConcurrencyPolicy = batchv1.ConcurrencyPolicy(wish)
		}
		if t.Cron == neverSchedule {
			c.Spec.Suspend = new(true)
		} else {
			schedule(s, &c.Spec, t, findings)
		}
		if isNeverManual(s) {
			c.Annotations = map[string]string{labels.Manual: "false"}
		}
		jobs = append(jobs, c)
	}
	return jobs
}

// isNeverManual reports whether the file forbids to run the job by hand.
func isNeverManual(s *input.Service) bool {
	return s.Job != nil && s.Job.Triggers != nil && s.Job.Triggers.Manual != nil && !*s.Job.Triggers.Manual
}

// triggers returns the schedules, at least one.
func triggers(n *naming.Names, s *input.Service, findings *report.Findings) []trigger {
	if s.Ext.Schedule != "" {
		return []trigger{{types.ScheduleConfig{Cron: s.Ext.Schedule}, s.Path.Key("x-kubernetes", "schedule")}}
	}
	var all []trigger
	if s.Job != nil && s.Job.Triggers != nil {
		for i, c := range s.Job.Triggers.Schedule {
			all = append(all, trigger{c, s.Key("triggers", "schedule").Index(i)})
		}
	}
	manual := s.Key("triggers", "manual")
	switch byHand := "kubectl create job --from=cronjob/" + cronJobName(n, s, 0); {
	case len(all) > 0 && isNeverManual(s):
		findings.Addf("job-manual", manual, "", "nothing in a cluster forbids to run %s by hand: who may create Jobs can use %s", s.Name, byHand)
	case isNeverManual(s):
		findings.Addf("job-manual", manual, "write a schedule, or manual: true", "%s has no schedule and must not be run by hand: it is a suspended CronJob that never runs", s.Name)
	case len(all) == 0:
		findings.Addf("job-manual", s.Path, "transship run, or "+byHand, "%s has no schedule: it is a suspended CronJob that is run by hand", s.Name)
	}
	if len(all) == 0 {
		all = []trigger{{types.ScheduleConfig{Cron: neverSchedule}, s.Path}}
	}
	return all
}

// cronJobName returns the name of the i-th CronJob, short enough for what the controller appends.
func cronJobName(n *naming.Names, s *input.Service, i int) string {
	wish := n.DNS(s)
	if i > 0 {
		wish += "-" + strconv.Itoa(i+1)
	}
	return n.Registry.Claim("CronJob", s.Name+"#"+strconv.Itoa(i), names.Normalize(wish, names.MaxCronJob), names.MaxCronJob)
}

// schedule sets when a CronJob runs and what happens to runs that overlap or were missed.
func schedule(s *input.Service, c *batchv1.CronJobSpec, t trigger, findings *report.Findings) {
	checkCron(s, t.at, t.Cron, findings)
	switch {
	case t.Timezone == "":
		help := "add timezone to the schedule"
		if s.Job == nil { // x-kubernetes.schedule has no place for it
			help = "set spec.timeZone with x-kubernetes.patches"
		}
		findings.Add("job-timezone", t.at, "the schedule is in the time zone of the cluster's controller manager, usually UTC", help)
	case strings.EqualFold(t.Timezone, "Local"):
		findings.Add("job-timezone", t.at.Key("timezone"), "Kubernetes does not know the zone Local; the schedule is in the time zone of the controller manager, usually UTC",
			"name the zone, such as Europe/Paris")
	default:
		c.TimeZone = &t.Timezone
	}
	if t.Concurrency == "queue" {
		findings.Add("job-queue", t.at.Key("concurrency"), "a run that is due while another one runs is skipped: a CronJob has no queue", "make the runs short enough, or use a workflow engine")
	}
	if t.MissedFires == "skip" {
		c.StartingDeadlineSeconds = new(int64(skipMissedAfter))
	}
}
