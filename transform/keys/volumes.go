package keys

// volumeRows are the keys of top-level volumes.
var volumeRows = []Row{
	{
		Path: "volumes", Class: Meta,
		Docker:     "holds the named volumes of the project",
		Kubernetes: "one PersistentVolumeClaim for each volume that a service mounts",
	},
	{
		Path: "volumes.*", Class: Close, Owner: "storage/claims.go",
		Docker:     "is one named volume: a directory without a size limit on one host, shared by all that mount it",
		Kubernetes: "PersistentVolumeClaim, ReadWriteOnce; sharers are kept on one node unless --shared-volumes=rwx",
		Difference: "a claim has a size (1Gi unless x-kubernetes.size or --volume-size says more) and a storage class",
	},
	{
		Path: "volumes.*.name", Class: Close, Owner: "storage/claims.go",
		Docker:     "is the real name of the volume; projects that use the same name share the data",
		Kubernetes: "PersistentVolumeClaim metadata.name, normalized",
		Difference: "a claim is shared within one namespace only",
	},
	{
		Path: "volumes.*.driver", Class: Close, Owner: "storage/shares.go",
		Docker:     "chooses the volume driver; local keeps the data on the host",
		Kubernetes: "local: the default storage class; others: x-kubernetes.storageClass",
		Difference: "data that a plugin keeps elsewhere is not reached: the claim starts empty",
		Advice:     "name a storage class for the same storage with x-kubernetes.storageClass, or an existing claim with x-kubernetes.claimName",
	},
	{
		Path: "volumes.*.driver_opts", Class: Close, Owner: "storage/shares.go", Code: "volume-driver-opts",
		Docker:     "passes options to the driver; for local they are a mount: nfs, cifs, tmpfs or a bind of a host path",
		Kubernetes: "nfs and cifs: PersistentVolume and claim; tmpfs: emptyDir in memory; bind: as a bind mount of that path; size: the request of the claim",
		Difference: "another type is an error, because an empty claim would hide the data that is there",
		Advice:     "name an existing claim with x-kubernetes.claimName",
	},
	{Path: "volumes.*.driver_opts.*", Docker: "is one option of the volume driver: type, device and o are those of mount"},
	{
		Path: "volumes.*.external", Class: Close, Owner: "storage/claims.go",
		Docker:     "says that the volume exists already and is neither made nor removed by the project",
		Kubernetes: "the Pods refer to a claim of that name; no claim is emitted",
		Difference: "how the existing claim may be shared is not known, so its users are not spread or kept together",
		NoopValues: []any{false},
	},
	{Path: "volumes.*.external.name", Docker: "is the old way to name an external volume"},
	{
		Path: "volumes.*.labels", Class: Close, Owner: "storage/claims.go",
		Docker:     "puts labels on the volume",
		Kubernetes: "annotations of the PersistentVolumeClaim, and labels where Kubernetes takes them",
		Difference: "only short labels of letters, digits, dashes, dots and underscores can be selected by",
	},
	{Path: "volumes.*.labels.*", Docker: "is one label of the volume"},
}
