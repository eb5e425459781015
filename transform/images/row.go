package images

// Image is what is known about the images of some repositories.
type Image struct {
	Repositories []string // as registry/path: docker.io/library/postgres
	Tags         string   // regular expression for the tags that the row is about; "" is all
	Source       string   // public page that says so

	Ports    []string // EXPOSE, as "80/tcp"
	User     string   // USER, as the image has it
	Process  *Owner   // user and group that the program of the image starts as
	Volumes  []string // VOLUME
	DataDirs []string // directories with data that people want to keep
	// DataVariables are the variables by which the image is told to keep that data elsewhere.
	DataVariables []string
	ContentDirs   []string // directories with files that a new volume on Docker would take over
	NamedTags     string   // regular expression for the tags of which USER is the name of that user, which the kubelet cannot check
	Shell         bool     // there is a /bin/sh
	NoShell       bool     // it is certain that there is none

	// EmptyDirs are directories that the program refuses to start with if it finds anything foreign in them, such as the
	// lost+found of a fresh volume. EmptyDirVariable names the variable that moves the directory.
	EmptyDirs        []string
	EmptyDirVariable string
	// OwnsEmptyDirs tells that the program refuses them also when they belong to another user, even if it may write there.
	OwnsEmptyDirs bool

	// Users are the users of the image by name, for `user:`.
	Users []User
}

// Owner is a numeric user and group.
type Owner struct{ UID, GID int64 }

// User is a user of an image.
type User struct {
	Name string
	Owner
}

// root is the process of an image that starts as root, also where its entrypoint changes to another user later: it owns
// whatever is mounted, and gives it to that user.
var root = &Owner{0, 0}
