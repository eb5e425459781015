package transform

import (
	"math"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/names"
)

const (
	// neverSchedule is 31 February: a CronJob must have a schedule, also one that is only run by hand.
	neverSchedule = "0 0 31 2 *"
	// skipMissedAfter is how late a run may start where missed ones are skipped. Below ten seconds the controller, which
	// looks at that interval, could skip every run.
	skipMissedAfter = 60
	// annotationManual records triggers.manual: false, which Kubernetes cannot enforce.
	annotationManual = "transship/manual"
)

// serviceOfJob returns what a job has in common with a service.
func serviceOfJob(name string, job types.JobConfig) types.ServiceConfig {
	return types.ServiceConfig{
		Name: name, Profiles: job.Profiles, ContainerSpec: job.ContainerSpec, WorkloadSpec: job.WorkloadSpec, Extensions: job.Extensions,
	}
}

// jobSpec returns the Job of a one-shot.
//
// Compose runs it at each `up` and keeps what has exited; so the Job is not removed after its end, and waiters can still see
// that it has completed. A Pod is replaced only when it has failed for good, as there is never a second container beside the first.
// Spec: https://kubernetes.io/docs/concepts/workloads/controllers/job/
func (b *pod) jobSpec() batchv1.JobSpec {
	_, attempts := b.main.jobRestarts()
	spec := batchv1.JobSpec{BackoffLimit: &attempts, Template: b.template()}
	if b.options.KubeVersion.AtLeast(Version{1, 34}) {
		spec.PodReplacementPolicy = new(batchv1.Failed)
	}
	if b.main.scale() == 0 {
		spec.Suspend = new(true) // declared, but Compose would make no container
	}
	b.main.completions(&spec)
	return spec
}

// completions sets how many Pods of a Job have to succeed, side by side: Compose starts all replicas at once, and each is
// repeated as often as the file says, whatever becomes of the others. A Job with one count of failures for all its Pods would
// end the others with the first that fails for good; one with an index for each Pod counts by index.
// Spec: https://kubernetes.io/docs/concepts/workloads/controllers/job/#backoff-limit-per-index
func (s *service) completions(spec *batchv1.JobSpec) {
	n := s.scale()
	if n < 2 {
		return
	}
	spec.Completions, spec.Parallelism = &n, &n
	named := spec.Template.Spec.Hostname != "" || len(s.dns)+len("-")+len(strconv.Itoa(int(n))) > names.MaxLabel // an index is part of the hostname
	if s.kind == kindJob && !named && *spec.BackoffLimit < math.MaxInt32 && s.options.KubeVersion.AtLeast(Version{1, 33}) {
		spec.CompletionMode = new(batchv1.IndexedCompletion)
		spec.BackoffLimit, spec.BackoffLimitPerIndex = nil, spec.BackoffLimit
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
func (b *pod) cronJobs() []*batchv1.CronJob {
	template := b.template()
	meta := b.workloadMeta()
	_, attempts := b.main.jobRestarts()
	var jobs []*batchv1.CronJob
	for i, t := range b.main.triggers() {
		c := &batchv1.CronJob{TypeMeta: metav1.TypeMeta{APIVersion: "batch/v1", Kind: "CronJob"}, ObjectMeta: *meta.DeepCopy()}
		c.Name = b.main.cronJobName(i)
		c.Spec = batchv1.CronJobSpec{
			Schedule: sundayAsZero(t.Cron), ConcurrencyPolicy: batchv1.ForbidConcurrent,
			JobTemplate: batchv1.JobTemplateSpec{Spec: batchv1.JobSpec{BackoffLimit: &attempts, Template: *template.DeepCopy()}},
		}
		b.main.completions(&c.Spec.JobTemplate.Spec)
		if wish := b.main.ext.CronConcurrency; wish != "" {
			c.Spec.ConcurrencyPolicy = batchv1.ConcurrencyPolicy(wish)
		}
		if t.Cron == neverSchedule {
			c.Spec.Suspend = new(true)
		} else {
			b.main.schedule(&c.Spec, t)
		}
		if b.main.isNeverManual() {
			c.Annotations[annotationManual] = "false"
		}
		jobs = append(jobs, c)
	}
	return jobs
}

// isNeverManual reports whether the file forbids to run the job by hand.
func (s *service) isNeverManual() bool {
	return s.job != nil && s.job.Triggers != nil && s.job.Triggers.Manual != nil && !*s.job.Triggers.Manual
}

// triggers returns the schedules, at least one.
func (s *service) triggers() []trigger {
	if s.ext.Schedule != "" {
		return []trigger{{types.ScheduleConfig{Cron: s.ext.Schedule}, s.path.Key("x-kubernetes", "schedule")}}
	}
	var all []trigger
	if s.job != nil && s.job.Triggers != nil {
		for i, c := range s.job.Triggers.Schedule {
			all = append(all, trigger{c, s.key("triggers", "schedule").Index(i)})
		}
	}
	manual := s.key("triggers", "manual")
	switch byHand := "kubectl create job --from=cronjob/" + s.cronJobName(0); {
	case len(all) > 0 && s.isNeverManual():
		s.reportf("job-manual", manual, "", "nothing in a cluster forbids to run %s by hand: who may create Jobs can use %s", s.name, byHand)
	case s.isNeverManual():
		s.reportf("job-manual", manual, "write a schedule, or manual: true", "%s has no schedule and must not be run by hand: it is a suspended CronJob that never runs", s.name)
	case len(all) == 0:
		s.reportf("job-manual", s.path, "transship run, or "+byHand, "%s has no schedule: it is a suspended CronJob that is run by hand", s.name)
	}
	if len(all) == 0 {
		all = []trigger{{types.ScheduleConfig{Cron: neverSchedule}, s.path}}
	}
	return all
}

// cronJobName returns the name of the i-th CronJob, short enough for what the controller appends.
func (s *service) cronJobName(i int) string {
	wish := s.dns
	if i > 0 {
		wish += "-" + strconv.Itoa(i+1)
	}
	return s.names.Claim("CronJob", s.name+"#"+strconv.Itoa(i), names.Normalize(wish, names.MaxCronJob), names.MaxCronJob)
}

// schedule sets when a CronJob runs and what happens to runs that overlap or were missed.
func (s *service) schedule(c *batchv1.CronJobSpec, t trigger) {
	s.checkCron(t.at, t.Cron)
	switch {
	case t.Timezone == "":
		help := "add timezone to the schedule"
		if s.job == nil { // x-kubernetes.schedule has no place for it
			help = "set spec.timeZone with x-kubernetes.patches"
		}
		s.report("job-timezone", t.at, "the schedule is in the time zone of the cluster's controller manager, usually UTC", help)
	case strings.EqualFold(t.Timezone, "Local"):
		s.report("job-timezone", t.at.Key("timezone"), "Kubernetes does not know the zone Local; the schedule is in the time zone of the controller manager, usually UTC",
			"name the zone, such as Europe/Paris")
	default:
		c.TimeZone = &t.Timezone
	}
	if t.Concurrency == "queue" {
		s.report("job-queue", t.at.Key("concurrency"), "a run that is due while another one runs is skipped: a CronJob has no queue", "make the runs short enough, or use a workflow engine")
	}
	if t.MissedFires == "skip" {
		c.StartingDeadlineSeconds = new(int64(skipMissedAfter))
	}
}
