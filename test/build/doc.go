// Package build tests that projects with build sections run on a cluster, with the builders, registries and nodes of the
// real world: the program as it is built, Podman and Docker of Debian, a registry of Debian, and the real node of the
// test cluster. The module does not import the program.
package build
