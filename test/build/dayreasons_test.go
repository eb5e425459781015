package build_test

const dayHead = `# The same day with docker compose and with transship

The same twelve commands, one after the other, on the same five projects: with docker compose v5 and an engine, and with transship on a cluster of one
node. A test spends this day and compares it with this page. Names of Pods, ages and what is only said on the way are left out; ` + "`ps`" + ` is
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
var dayReasons = map[string]string{}
