package plan

import (
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/transship/transship/diag"
	"github.com/transship/transship/transform/extension"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/users"
	"github.com/transship/transship/transform/workload"
)

// Mount is what one mount of a container becomes: where it is, and the one thing behind it.
type Mount struct {
	At       diag.Path // the key that asked for it
	Target   string
	ReadOnly bool
	SubPath  string
	Wish     string // wished name of the volume in the Pod

	Claim   *Claim                // a claim,
	Content *Content              // files in a ConfigMap or Secret,
	Items   []corev1.KeyToPath    // … of which these,
	File    string                // … or only the one with this path, mounted as a file;
	Volumes []corev1.VolumeSource // or any other volume (one), or several that are projected into one directory
	Own     string                // identity of an emptyDir, which containers of one Pod share only on purpose

	Propagation *corev1.MountPropagationMode
	Recursive   *corev1.RecursiveReadOnlyMode
	CopyUp      bool               // Docker would fill the volume from the image
	Below       string             // of an anonymous volume: target of the mount that hides what the image has here
	CopyWish    *bool              // of an anonymous volume: what x-kubernetes.copyUp says
	Seeded      bool               // an initContainer fills the claim or emptyDir from the image while it is empty
	Owner       *users.IDs         // an initContainer gives the directory of the claim to this user
	Writable    string             // content is copied to an emptyDir of this identity, where it can be written
	Private     []PrivateFile      // … of which only its owner may read these
	Filling     *Content           // files of the project with which the claim begins: an initContainer copies them into it while it is empty,
	FillItems   []corev1.KeyToPath // … these
	Inherited   bool               // volumes_from of another container passes it on
	Projected   bool               // the directory of secrets, which has
	Parts       []Mount
}

// PrivateFile is a file that a program refuses where others than its owner may read it.
type PrivateFile struct {
	Path string // in the directory of the mount
	By   string // the program
}

// Claim is a PersistentVolumeClaim: of a named volume, or of a host directory that holds data.
type Claim struct {
	Name      string
	Component string // what it belongs to, in the words of the compose file
	At        diag.Path
	Config    types.VolumeConfig
	Ext       extension.Volume
	Labels    map[string]string // of the mounts, besides those of the volume
	Existing  bool              // somebody else makes it: it is referred to, not emitted

	Users       []ClaimUser
	Mode        corev1.PersistentVolumeAccessMode // "" where nothing is known about an existing claim
	Colocated   bool                              // its users are kept on one node
	Gathering   string                            // the name under which the users of all claims of that node find each other
	Root        string                            // directory of the claim that holds the data, "" for the claim itself
	Share       *Share                            // what it is bound to: a share of a file server
	Size        resource.Quantity
	Annotations map[string]string
}

// ClaimUser is one mount of a claim.
type ClaimUser struct {
	Container *input.Container
	Pod       *workload.Pod
	Target    string
	ReadOnly  bool
}

// Share is the PersistentVolume of a share of a file server. It is cluster-scoped.
type Share struct {
	Name string
	Spec corev1.PersistentVolumeSpec // without its capacity, which is that of the claim
}

// Pods returns the Pods that mount the claim, each once, in the order of the project.
func (c *Claim) Pods() []*workload.Pod {
	var pods []*workload.Pod
	for _, user := range c.Users {
		if !slices.Contains(pods, user.Pod) {
			pods = append(pods, user.Pod)
		}
	}
	return pods
}

// Services returns the names of the services that mount the claim, each once.
func (c *Claim) Services() []string {
	var list []string
	for _, user := range c.Users {
		if !slices.Contains(list, user.Container.Service.Name) {
			list = append(list, user.Container.Service.Name)
		}
	}
	return list
}

// Content is a ConfigMap or Secret made of files.
type Content struct {
	Kind        string // ConfigMap or Secret
	Name        string
	At          diag.Path
	Owner       *input.Service // nil: it belongs to no single service
	Component   string         // what it belongs to otherwise
	Labels      map[string]string
	Annotations map[string]string
	Existing    bool // somebody else makes it: it is referred to, not emitted

	Data      map[string][]byte
	Items     []corev1.KeyToPath // every key, with its path and mode
	EmptyDirs []string           // directories without a file, which no key can stand for
	Directory bool               // made of a directory, also when it has a single file
	Users     []string           // the services that mount it, each once
	Sum       string             // checksum of the data as it is emitted
}

// Storage is the storage of a project: what each container mounts, and the objects behind the mounts.
type Storage struct {
	Mounts   map[*input.Container][]Mount
	Claims   []*Claim   // that are emitted, in the order of their identities
	Contents []*Content // that are emitted, in the order of their identities
	Secrets  []Secret   // credentials of shares
	Mounted  map[*workload.Pod][]*Claim
}

// Secret is a Secret that is made of values of the project.
type Secret struct {
	Meta
	Data map[string][]byte
}
