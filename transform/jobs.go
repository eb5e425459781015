package transform

import (
	"github.com/compose-spec/compose-go/v2/types"
	batchv1 "k8s.io/api/batch/v1"
)

// serviceOfJob returns what a job has in common with a service.
func serviceOfJob(name string, job types.JobConfig) types.ServiceConfig {
	return types.ServiceConfig{
		Name: name, Profiles: job.Profiles, ContainerSpec: job.ContainerSpec, WorkloadSpec: job.WorkloadSpec, Extensions: job.Extensions,
	}
}

func (b *pod) jobSpec() batchv1.JobSpec { return batchv1.JobSpec{Template: b.template()} }

func (b *pod) cronJobs() []*batchv1.CronJob { return nil }
