package plan

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/workload"
)

// Workload is an object that runs Pods. Of the fields of kinds, those of its own kind count.
type Workload struct {
	Meta
	Of       *workload.Pod
	Selector map[string]string // of its Pods
	Pod      Pod
	Replicas *int32 // of a Deployment or StatefulSet; nil where an autoscaler decides

	MinReadySeconds int32
	Deployment      DeploymentUpdate
	ServiceName     string // of a StatefulSet
	DaemonSet       appsv1.DaemonSetUpdateStrategy
	Job             batchv1.JobSpec // of a Job, without its template
	CronJobs        []CronJob
	Autoscaler      *Autoscaler
}

// DeploymentUpdate is how a change of a Deployment is rolled out.
type DeploymentUpdate struct {
	Strategy         appsv1.DeploymentStrategy
	ProgressDeadline *int32 // in seconds; nil is the default
}

// CronJob is one schedule of a job.
type CronJob struct {
	Name        string
	Annotations map[string]string   // besides those of the workload
	Spec        batchv1.CronJobSpec // with its Job, but without the template of the Job
}

// Autoscaler is a HorizontalPodAutoscaler.
type Autoscaler struct {
	Meta
	Wish extension.Autoscale
	Min  *int32
}

// Pod is the template of a workload's Pods.
type Pod struct {
	Spec        corev1.PodSpec // what holds for the Pod as a whole: no containers, no volumes
	Labels      map[string]string
	Annotations map[string]string // without checksums
	Waits       []Wait
	Inlined     []*Container // one-shots that run before the Pod's own containers
	Starts      []Start      // the services of the Pod, in the order in which their containers stand
	ToolImage   string       // the image with a shell that copies files
}

// Wait is an initContainer that holds the Pod back until a dependency is ready or complete.
type Wait struct {
	Container corev1.Container
	For       string // the Compose service or job that it waits for
	Job       string // name of the Job whose end it waits for: it asks the API server, with a token of the Pod's account
}

// Start is the containers of one service of a Pod.
type Start struct {
	Container *Container
	Hooks     []*Container       // that run before it
	Added     []corev1.Container // initContainers that x-kubernetes adds
}

// WaiterAccess is what waiting for Jobs needs: an account that may look at exactly those Jobs.
type WaiterAccess struct {
	Account, Role, Binding string // the names of the objects
	MakeAccount            bool   // the account is not one that x-kubernetes names
	Subjects               []string
	Jobs                   []string
	Origin                 Origin
}
