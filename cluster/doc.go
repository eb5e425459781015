// Package cluster puts the objects of a converted project on a live Kubernetes cluster and looks after them there: it
// plans, applies, waits, removes, follows logs and forwards ports.
//
// This package is the front door: a [Client] and the words that its callers need. The work is done in the rooms below it,
// which use each other in one direction only, from the bottom up:
//
//   - resource reads single objects: what they say about themselves, and to whom they belong.
//   - api talks to one API server: requests, retries, kinds, and what its errors mean.
//   - containers says what containers do, in docker compose's words.
//   - rights finds out what somebody may not do, and writes the Role that would permit it.
//   - find looks up what a cluster has of a project.
//   - plan decides what an up would change, and changes nothing.
//   - event has what happens as values, and who receives them.
//   - inventory keeps the list of a project's objects on the cluster, with the lock that one run holds.
//   - status watches what becomes of workloads, and says why one cannot become ready.
//   - workload lists, restarts, scales, stops and starts what runs, and ends it within a time.
//   - streams follows logs, exits and events, forwards ports, copies files and runs commands in containers.
//   - apply carries a plan out, waits and removes.
//   - oneoff runs a container of a service once.
//
// It is the only package that talks to a cluster. Of Compose it knows no more than what the labels and annotations of
// the objects say (see resource/labels.go), and it prints nothing: whatever happens is told as an [Event] to a [Sink].
package cluster
