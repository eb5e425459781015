package resource

// The contract with the converter: what objects say about themselves.
const (
	LabelManagedBy = "app.kubernetes.io/managed-by"
	LabelInstance  = "app.kubernetes.io/instance"
	LabelName      = "app.kubernetes.io/name"

	// AnnotationService names the Compose service of a workload or Service; annotationServices names all services that
	// share one Pod.
	AnnotationService   = "transship/compose-service"
	AnnotationServices  = "transship/compose-services"
	AnnotationDependsOn = "transship/depends-on"
	AnnotationPublished = "transship/published"
)

// What this package itself leaves on the cluster.
const (
	// FieldManager owns the fields that up applies.
	FieldManager = "transship"
	// ManagedBy is the value of labelManagedBy on everything this tool made.
	ManagedBy = "transship"
	// AnnotationLock on the inventory names the run that is changing the project at the moment.
	AnnotationLock = "transship/lock"
	// AnnotationWanted on the inventory names a run that asks the one that holds the lock to give way.
	AnnotationWanted = "transship/wanted"
	// AnnotationMadeFor on a namespace names the project it was made for, so that down may remove it.
	AnnotationMadeFor = "transship/made-for"
	// AnnotationStopped on a workload holds what stop changed, so that start can put it back.
	AnnotationStopped = "transship/stopped"
	// AnnotationStoppedAs on a stopped workload says what it is to people: exited, paused, or created and never started.
	AnnotationStoppedAs = "transship/stopped-as"
	// AnnotationRestarted on a Pod template makes Kubernetes replace the Pods.
	AnnotationRestarted = "transship/restarted-at"
)

// InventoryName is the name of the ConfigMap that lists the objects of a project.
func InventoryName(project string) string { return "transship-" + project }

// InventoryKey is the key in that ConfigMap under which they are listed.
const InventoryKey = "objects"
