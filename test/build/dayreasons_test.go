package build_test

const dayHead = `# The same day with docker compose and with transship

The same twelve commands, one after the other, on the same five projects: with docker compose v5 and an engine, and with transship on a cluster of one
node. A test spends this day and compares it with this page. Names of Pods, ages and what is only said on the way are left out; lines are sorted, because what happens at once has no order; ` + "`ps`" + ` is
asked for service, status and ports.

**Same** means the same exit code and the same standard output. What goes to standard error is worded otherwise everywhere: docker compose tells of
containers, transship of the objects that stand for them, after a line that says where. The findings of a conversion are there as well. Whatever is
different is named below the outputs. [What is different in general](cli.md#differences-to-docker-compose) is listed by command.

`

// dayAbout says what a project is for.
var dayAbout = map[string]string{
	"web":   "A web server that waits for a healthy database, with a volume and a published port.",
	"once":  "A service that waits for a one-shot.",
	"crash": "A worker that ends again and again, beside a service that runs.",
	"sick":  "A database that is never healthy, and a service that waits for it.",
	"tools": "Two containers of a service, and a tool in a profile.",
}

// dayReasons are the reasons for what is different, by project and number of the command.
var dayReasons = map[string]string{
	"web 6":   notForwarded,
	"crash 6": notForwarded,
	"web 9":   hasNoCode,
	"once 9":  hasNoCode,
	"crash 9": hasNoCode,
	"tools 9": hasNoCode,
	"crash 1": "docker compose takes the worker for ready because it ran at the moment of the look. transship waits until containers without a healthcheck have " +
		"run for three seconds, and gives up on one that has ended three times. The web server runs in both cases.",
	"sick 2":  notMade,
	"sick 9":  notMade + " " + hasNoCode,
	"sick 10": notMade + " So nothing waits for the database, which has been started.",
	"sick 11": notMade + " So there is nothing that could be restarted; docker compose starts the container without its dependency.",
}

const (
	notForwarded = "docker compose leaves ports open. Here they answer while `up` follows the logs or `forward` runs, and `port` does not print an address at which " +
		"nothing answers."
	hasNoCode = "Pods of what was stopped are gone, and their exit codes and times with them."
	notMade   = "What waits for a service that cannot become healthy is not made: docker compose has made its container before."
)
