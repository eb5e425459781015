package convert

import "github.com/transship/transship/transform"

// ForCluster returns the options of a conversion whose objects are applied to a cluster at once, by a client that starts
// services in the order of depends_on: [cluster.Client.Up] does. The objects hold no containers that wait; the client finds
// what it needs in their annotations. version is what the server calls itself, such as "v1.36.3+k3s1"; one that cannot be read
// leaves the version of the options. namespace is where the objects go, "" if the options say so themselves.
//
// [cluster.Client.Up]: https://pkg.go.dev/github.com/transship/transship/cluster#Client.Up
func (o Options) ForCluster(version, namespace string) Options {
	o.Transform.Live, o.Transform.Wait = true, transform.WaitNone
	if v, err := transform.ParseVersion(version); err == nil {
		o.Transform.KubeVersion = v
	}
	if namespace != "" {
		o.Transform.Namespace = namespace
	}
	return o
}
