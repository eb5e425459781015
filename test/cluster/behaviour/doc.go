// Package behaviour converts Compose projects written for the purpose and observes, in real containers on a real
// node, what Docker's semantics promise. Its tests are sentences about what a container sees; the projects are in
// testdata, one directory per topic.
package behaviour
