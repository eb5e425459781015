package cluster

// The contract with the converter: what objects say about themselves.
const (
	labelManagedBy = "app.kubernetes.io/managed-by"
	labelInstance  = "app.kubernetes.io/instance"
	labelName      = "app.kubernetes.io/name"

	// annotationService names the Compose service of a workload or Service; annotationServices names all services that
	// share one Pod.
	annotationService   = "transship/compose-service"
	annotationServices  = "transship/compose-services"
	annotationDependsOn = "transship/depends-on"
	annotationPublished = "transship/published"
)

// What this package itself leaves on the cluster.
const (
	// fieldManager owns the fields that up applies.
	fieldManager = "transship"
	// managedBy is the value of labelManagedBy on everything this tool made.
	managedBy = "transship"
	// annotationLock on the inventory names the run that is changing the project at the moment.
	annotationLock = "transship/lock"
	// annotationMadeFor on a namespace names the project it was made for, so that down may remove it.
	annotationMadeFor = "transship/made-for"
	// annotationStopped on a workload holds what stop changed, so that start can put it back.
	annotationStopped = "transship/stopped"
	// annotationRestarted on a Pod template makes Kubernetes replace the Pods.
	annotationRestarted = "transship/restarted-at"
)

// inventoryName is the name of the ConfigMap that lists the objects of a project.
func inventoryName(project string) string { return "transship-" + project }
