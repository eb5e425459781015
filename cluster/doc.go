// Package cluster puts the objects of a converted project on a live Kubernetes cluster and looks after them there: it
// plans, applies, waits, removes, follows logs and forwards ports.
//
// It is the only package that talks to a cluster. Of Compose it knows no more than what the labels and annotations of
// the objects say (see labels.go), and it prints nothing: whatever happens is told as an [Event] to a [Sink].
//
// The order of things in [Client.Up] is the order of the files: plan.go decides, lock.go and inventory.go make sure that
// nobody else is at work, run.go changes the cluster, picture.go, ready.go and doomed.go watch what becomes of it, late.go
// says what was missing when time is up, and remove.go takes away.
package cluster
