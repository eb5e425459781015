package source

import (
	"fmt"
)

// ImageFacts is what is known about an image without running it. A nil or empty field means "not known", never
// "known to be empty", except where ConfigKnown or a Known flag of its own says so.
type ImageFacts struct {
	// BaseImage is the image that the Dockerfile starts from, as it names it after variables are replaced. What the
	// Dockerfile does not state is inherited from there. Empty if there is no Dockerfile, or it starts from a variable
	// without a value.
	BaseImage string

	// Where the facts come from.

	Source  string          // for the report: "Dockerfile backend/Dockerfile", "built-in table: docs of docker.io/library/postgres"
	Sources map[Fact]string // the source of single facts, where Source names several; see SourceOf
	Locked  bool            // the image itself was read, and transship.lock says what it has
	Digest  string          // "sha256:…", what the reference led to when the image was read; "" if it was not, or was never in a registry
	// Platform is what the facts are about, as "linux/arm64" or "linux/arm/v7"; Platforms are all that a
	// registry offers under the reference, sorted; nil is not known.
	Platform  string
	Platforms []string

	// The configuration of the image.

	// ConfigKnown tells that Ports, User, Volumes, WorkingDir, Entrypoint, Cmd, Healthcheck, Env, StopSignal and ShellForm
	// are exactly what the image has: what is empty there is empty in the image. EntryKnown and PortsKnown are then set, too.
	ConfigKnown bool
	Ports       []string // EXPOSE, as "80/tcp", sorted
	PortsKnown  bool     // Ports are all that the image exposes
	Volumes     []string // VOLUME paths, sorted
	DataDirs    []string // directories that hold data people care about
	WorkingDir  string
	Entrypoint  []string
	Cmd         []string
	EntryKnown  bool // Entrypoint and Cmd are known to be exactly what the image has, also when they are empty
	Healthcheck *ImageHealthcheck
	Env         map[string]string // ENV of the image as far as known
	SecretEnv   []string          // names of ENV whose values look secret and were not kept, sorted; they are not in Env
	StopSignal  string
	ShellForm   []string // SHELL: what reads a healthcheck in the form CMD-SHELL; nil is /bin/sh -c

	// Users and groups.

	User     string  // USER as written: uid, uid:gid or a name; a variable without a known value stays as "$NAME"
	UID, GID *int64  // numeric user and group that the image starts as, where a source states them
	Groups   []int64 // further groups that /etc/group puts the user in, sorted; nil is not known
	// Users are the users of the image by name, as far as known: those that the Dockerfile makes, those that its
	// distribution always has, those that were looked up in /etc/passwd. A user whose numbers are not known is in it
	// without them.
	Users map[string]ImageUser
	// GroupIDs are the groups of the image by name, as far as known.
	GroupIDs map[string]int64
	// Distribution is the family of the image's base system, "debian" (and Ubuntu), "alpine" or "rhel"; "" if not known.
	Distribution string

	// Files of the image.

	Shell       bool     // the image is known to have /bin/sh
	ShellKnown  bool     // Shell is known either way: without it, there is none
	ContentDirs []string // directories that are known to have files in the image (for copy-up into a volume)
	CopyTargets []string // destinations of COPY/ADD of a Dockerfile, absolute
	// KeptOut are the files of settings at the top of the build context that .dockerignore keeps out of the image, sorted.
	KeptOut []string
	// MadeDirs are the directories that commands of the Dockerfile make, absolute, in their order.
	MadeDirs []string
	// Texts are settings and scripts that the Dockerfile takes from its build context, in the order of the copies.
	Texts []ImageText
	// Pages are the places in the build context where programs for browsers have an address of the machine that runs Docker.
	Pages []PageAddress
	// HostChecks are the places in the build context that say which hosts a program answers for.
	HostChecks []HostCheck
	// RegistryClient is the file in the build context by which the program enters itself in a registry of services under the name of
	// its host, relative, with slashes; "" if none is known.
	RegistryClient string
	// FileDatabase is where the build context says that the program keeps its database in a file.
	FileDatabase FileDatabase
	// CookieKeys is where the build context says that the program protects cookies with keys which it makes at its first start and keeps in a file.
	CookieKeys Place
	// Uploads is where the build context says that the program keeps in files what users upload.
	Uploads Place
	// EnvWriter is the file in the build context by which the program writes to its own .env file, relative, with slashes; "" if none is known, and
	// where the project mounts no such file.
	EnvWriter string
	// MissingPage is the page that the healthcheck asks the program for and that none of the sources in the build context names; "" if one
	// does, or where that is not known.
	MissingPage string
	// ContextMissing tells that the image is built from a directory that is not on this machine.
	ContextMissing bool
	// ListensOnHostname tells that the program listens only on the address that the variable HOSTNAME names, which nothing of the image sets.
	ListensOnHostname bool
	// NamedHosts are the places in the build context that name a service as a host, by a name that no DNS label can carry.
	NamedHosts []NamedHost
	// Paths tells what the image has where the project mounts something, by the cleaned target of the mount. A path that
	// is not in it was not looked at.
	Paths map[string]ImagePath
}

// HookName is the name under which the facts about the image of a pre_start hook stand among those of services.
func HookName(service string, hook int) string {
	return fmt.Sprintf("%s.pre_start[%d]", service, hook)
}

// Fact names a group of facts that come from one source.
type Fact string

// The groups of facts.
const (
	FactPorts       Fact = "ports"
	FactUser        Fact = "user"
	FactVolumes     Fact = "volumes"
	FactCommand     Fact = "command" // Entrypoint and Cmd
	FactHealthcheck Fact = "healthcheck"
	FactShell       Fact = "shell"
)

// Answer is what is known about a question that the image answers with yes or no. The zero value is Unknown.
type Answer uint8

// The answers, in the order of how much speaks for a yes.
const (
	Unknown Answer = iota // nothing speaks for it, and it cannot be excluded
	No
	Likely // a step of the Dockerfile touches the place: it may well be so
	Yes
)

// String returns the answer as a word.
func (a Answer) String() string {
	return [...]string{"unknown", "no", "likely", "yes"}[min(a, Yes)]
}

// NamedHost is a place in a build context that names a service as a host.
type NamedHost struct {
	Name      string   // of the service
	File      string   // relative to the build context, with slashes
	Line      int      // from 1
	Variables []string // words of the line that may be variables of the environment, one of which may say another host
}

// ImageText is a file that is built into an image.
type ImageText struct {
	Place string // in the image, absolute
	File  string // in the build context, relative, with slashes
	Text  string
}

// PageAddress is an address of a machine in the source of a program for browsers.
type PageAddress struct {
	Host     string // localhost or an IPv4 address
	File     string // in the build context, relative, with slashes
	Line     int    // from 1
	Port     int
	Variable string // the variable of the build that gives another one, "" if none does
	// IsArgument tells that the Dockerfile has an argument of that name.
	IsArgument bool
}

// FileDatabase is where the source of a program says that its database is a file. The zero value says nothing.
type FileDatabase struct {
	File      string   // in the build context, relative, with slashes
	Line      int      // from 1
	Path      string   // of the database, as the source has it; "" if that is made of parts or not known
	Variables []string // of the environment that give another path
	Several   bool     // it may use a server as well, if its environment names one
}

// Place is a line in a file of a build context. The zero value is none.
type Place struct {
	File string // in the build context, relative, with slashes
	Line int    // from 1
}

// HostCheck is where the source of a program says which hosts it answers for.
type HostCheck struct {
	Program  HostChecker
	File     string // in the build context, relative, with slashes
	Line     int    // from 1; 0 if it stands in no line of its own
	Hosts    string // the text that names them, "" if none does
	Variable string // the variable of the environment that names others, "" if none does
}

// HostChecker is a program that answers only requests for hosts which it knows.
type HostChecker string

// Those whose sources are read.
const (
	Vite   HostChecker = "Vite"   // its development server
	Rails  HostChecker = "Rails"  // in development
	Django HostChecker = "Django" // always
)

// ImagePath is what an image has at one path, symbolic links resolved.
type ImagePath struct {
	Exists    Answer
	Directory Answer // whether what exists is a directory
	Content   Answer // whether the directory has anything in it
	// UID, GID and Mode are those of what exists; nil and "" are not known. Mode is octal, as "0755" or "1777".
	UID, GID *int64
	Mode     string
	// Given tells that a step gives it to a user whose number is not known; UID is nil then.
	Given bool
	// CopiedFrom are the files and directories of the build context that the Dockerfile puts at this very path, absolute on
	// this machine, in the stage that is built and those it starts from. A mount of one of them brings only what is in the
	// image already. What .dockerignore keeps out as a whole, and what comes by COPY --from, is not among them.
	CopiedFrom []string
	// Evidence says for people why Content is Yes or Likely: "COPY . /srv/app", "RUN composer install". "" where the image
	// itself was read.
	Evidence string
	// OnlyMade tells of a directory with unknown content that the Dockerfile makes and into which none of its steps puts anything, and that lies where no
	// image of a system or a language has files.
	OnlyMade bool
}

// ImageUser is a user of an image.
type ImageUser struct {
	UID, GID *int64  // nil: the user exists, its numbers are not known
	Groups   []int64 // further groups, sorted
}

// ImageHealthcheck is a HEALTHCHECK of a Dockerfile. Durations are in nanoseconds, 0 is "not given".
type ImageHealthcheck struct {
	Test                                       []string // CMD, CMD-SHELL or NONE first, as in Compose
	Interval, Timeout, StartPeriod, StartEvery int64
	Retries                                    int
}

// SourceOf returns where a fact comes from.
func (f ImageFacts) SourceOf(fact Fact) string {
	if s, ok := f.Sources[fact]; ok {
		return s
	}
	return f.Source
}

// Stated returns the groups of facts of which something is known.
func (f ImageFacts) Stated() []Fact {
	var facts []Fact
	for _, s := range []struct {
		fact  Fact
		known bool
	}{
		{FactPorts, len(f.Ports) > 0 || f.PortsKnown},
		{FactUser, f.User != "" || f.UID != nil},
		{FactVolumes, len(f.Volumes) > 0},
		{FactCommand, f.EntryKnown || len(f.Cmd) > 0},
		{FactHealthcheck, f.Healthcheck != nil},
		{FactShell, f.Shell || f.ShellKnown},
	} {
		if s.known {
			facts = append(facts, s.fact)
		}
	}
	return facts
}
