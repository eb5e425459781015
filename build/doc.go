// Package build turns the services of a project that have `build` into images that a cluster can run. It runs the
// user's own builder, names each image after its content, and delivers it in the way that the cluster needs: a push, a
// load into the nodes, or nothing where the cluster shares the images of the builder.
//
// [Provide] does all of it. The package knows neither the conversion nor a client of Kubernetes: what it has to know of
// a cluster comes in a [Cluster], and what it finds out leaves as references by service.
package build
