package source

// ImageFacts is what is known about an image without pulling it. A nil or empty field means "not known", never
// "known to be empty", except where a Known flag says so.
type ImageFacts struct {
	// BaseImage is the image that the Dockerfile starts from, as it names it after variables are replaced. What the
	// Dockerfile does not state is inherited from there. Empty if there is no Dockerfile, or it starts from a variable
	// without a value.
	BaseImage string

	Source      string   // where the facts come from, for the report: "Dockerfile backend/Dockerfile", "built-in table: docs of docker.io/library/postgres"
	Ports       []string // EXPOSE, as "80/tcp", sorted
	User        string   // USER as written: uid, uid:gid or a name
	UID, GID    *int64   // numeric user and group, where a source states them
	Volumes     []string // VOLUME paths, sorted
	DataDirs    []string // directories that hold data people care about
	WorkingDir  string
	Entrypoint  []string
	Cmd         []string
	EntryKnown  bool // Entrypoint and Cmd are known to be exactly what the image has, also when they are empty
	Healthcheck *ImageHealthcheck
	Env         map[string]string // ENV of the image as far as known
	StopSignal  string
	ShellForm   []string // SHELL: what reads a healthcheck in the form CMD-SHELL; nil is /bin/sh -c
	ContentDirs []string // directories that are known to have files in the image (for copy-up into a volume)
	CopyTargets []string // destinations of COPY/ADD of a Dockerfile, absolute
	Shell       bool     // the image is known to have /bin/sh
}

// ImageHealthcheck is a HEALTHCHECK of a Dockerfile. Durations are in nanoseconds, 0 is "not given".
type ImageHealthcheck struct {
	Test                                       []string // CMD, CMD-SHELL or NONE first, as in Compose
	Interval, Timeout, StartPeriod, StartEvery int64
	Retries                                    int
}
