package container

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/input"
	"github.com/transship/transship/transform/report"
)

// javaPort matches an option by which every java that reads it opens a port. Source: https://docs.oracle.com/en/java/javase/21/docs/specs/jpda/conninv.html
var javaPort = pattern.New(`-agentlib:jdwp=\S*server=y|-Xrunjdwp:\S*server=y|jmxremote\.port=[1-9]`).Holding("jdwp", "jmxremote")

// portOfJava returns the variable by which the java of a healthcheck is told to open a port that the program of the service has opened already, ""
// if it is told none.
func portOfJava(u *input.Container, test []string) string {
	if path.Base(programOf(test)) != "java" {
		return ""
	}
	for _, name := range []string{"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"} {
		if value := u.Spec.Environment[name]; value != nil && javaPort.MatchString(*value) {
			return name
		}
	}
	return ""
}

// programOf returns the program that the test of a healthcheck runs in the first place.
func programOf(test []string) string {
	if len(test) < 2 {
		return ""
	}
	if test[0] == "CMD" {
		return test[1]
	}
	words := strings.Fields(test[1])
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// checkedImage returns the image of which it is known what it has: the one of the container, or what that is built on.
func checkedImage(u *input.Container) string {
	if u.Service.Build() != nil {
		return u.Service.Facts.BaseImage
	}
	return u.Spec.Image
}

// missingProgram returns a program without which the test of a healthcheck fails, and the image that is known not to have it; "" if nothing is known
// to be missing.
func missingProgram(u *input.Container, test []string) (program, image string) {
	image = checkedImage(u)
	if len(test) > 1 && test[0] == "CMD-SHELL" && u.Facts.ShellKnown && !u.Facts.Shell && u.Facts.ShellForm == nil {
		return "/bin/sh", image
	}
	if image == "" {
		return "", ""
	}
	return missingInTest(test, func(program string) bool {
		if program == devTCP && len(u.Facts.ShellForm) > 0 { // SHELL of the Dockerfile runs the test, which may be bash
			return false
		}
		if !strings.Contains(program, "/") && setsPath(u, test) {
			return false
		}
		if u.Service.Build() != nil && program != devTCP {
			if p, asked := u.Service.Facts.Paths["/usr/bin/"+path.Base(program)]; !asked || p.Exists >= source.Likely {
				return false
			}
		}
		return images.Lacks(image, program)
	}), image
}

// setsPath reports whether a container or a test has a PATH of its own, in which a program may be found that the image has elsewhere.
func setsPath(u *input.Container, test []string) bool {
	return u.Spec.Environment["PATH"] != nil || strings.Contains(strings.Join(test, " "), "PATH=")
}

// reportHopeless reports a healthcheck that cannot succeed. Docker calls the container unhealthy and lets everybody reach it but those who wait for it; a
// readinessProbe would take it out of its Service for good.
func reportHopeless(project *input.Project, u *input.Container, test []string, isAwaited bool, findings *report.Findings) bool {
	why, help := hopeless(project, u, test)
	if why == "" {
		return false
	}
	if isAwaited {
		findings.Addf("healthcheck-missing", u.At.Key("healthcheck"), help,
			"%s: on Docker who waits for %s never starts, and all others reach it; here nobody would, so it is no readinessProbe", why, u.Service.Name)
		return true
	}
	findings.Addf("healthcheck-missing", u.At.Key("healthcheck"), help,
		"%s: on Docker %s is called unhealthy, and works; here it would never be ready, so it has no readinessProbe", why, u.Service.Name)
	return true
}

// hopeless returns why the test of a healthcheck cannot succeed and what to do about it, "" where nothing tells that it cannot.
func hopeless(project *input.Project, u *input.Container, test []string) (why, help string) {
	program, image := missingProgram(u, test)
	switch program {
	case "":
	case devTCP:
		return fmt.Sprintf("the healthcheck opens /dev/tcp, which only bash has, and its shell in %s is another one", image),
			"run the script with bash -c where the image has bash, or check with another program that it has"
	default:
		help := "check with a program that the image has, such as the client of the database, or install " + program
		if instead := images.Instead(image, program); instead != "" {
			help = "write " + instead + ", as the image calls it"
		}
		return fmt.Sprintf("%s, which the healthcheck runs, is not in %s", program, image), help
	}
	image = checkedImage(u)
	if page, now := images.MovedCheck(image, strings.Join(test[1:], " ")); page != "" {
		return fmt.Sprintf("%s answers %s, which the healthcheck asks for, with an error", image, page), "ask for " + now
	}
	if asked, spoken := otherScheme(project, u, test); asked != "" {
		return fmt.Sprintf("the healthcheck asks by %s, and by its settings %s speaks %s", asked, u.Service.Name, spoken), "ask by " + spoken
	}
	if help := guardedCheck(project, u, test); help != "" {
		return fmt.Sprintf("the healthcheck gives no password, which the settings of %s demand", u.Service.Name), help
	}
	if asked, target := publishedCheck(project, u, test); asked != "" {
		return fmt.Sprintf("the healthcheck asks for port %s, which is the one on the machine, and %d inside the container", asked, target), fmt.Sprintf("ask for port %d", target)
	}
	if page := u.Service.Facts.MissingPage; page != "" && !mountsElsewhere(u) {
		return fmt.Sprintf("the healthcheck asks for %s, which no source in the build context of %s names", page, u.Service.Name), "ask for a page that the program answers, or add this one to it"
	}
	if variable := portOfJava(u, test); variable != "" {
		return fmt.Sprintf("the java of the healthcheck reads %s as well, and cannot open the port in it, which %s has", variable, u.Service.Name),
			"check with another program than java, or give the options to the command of the service"
	}
	return "", ""
}

// oftenMissing are programs of healthchecks that many images lack.
var oftenMissing = []string{"curl", "wget", "nc", "ncat", "netcat", "telnet", "nslookup", "dig", "jq", "pgrep", "ps"}

// reportUnreadCheck tells of a healthcheck by a program of which nobody knows whether the image has it. Who waits for the service would have noticed.
func reportUnreadCheck(u *input.Container, test []string, findings *report.Findings) {
	if u.Service.Build() != nil || u.IsImageKnown {
		return
	}
	program := missingInTest(test, func(program string) bool { return slices.Contains(oftenMissing, path.Base(program)) })
	if program == "" {
		return
	}
	findings.Addf("healthcheck-unread", u.At.Key("healthcheck"), fmt.Sprintf("see whether it is there: docker run --rm --entrypoint %s %s --help; if not, check with a program that the image has", program, u.Spec.Image),
		"whether %s has %s, which the healthcheck runs, is not known: without it %s would never be ready, where Docker calls it unhealthy and lets everybody reach it", u.Spec.Image, program, u.Service.Name)
}

// mountsElsewhere reports whether a container mounts files from outside its build context, which may be sources of its program.
func mountsElsewhere(u *input.Container) bool {
	build := u.Service.Build()
	return build == nil || slices.ContainsFunc(u.Spec.Volumes, func(v types.ServiceVolumeConfig) bool {
		return v.Type == types.VolumeTypeBind && v.Source != build.Context && !strings.HasPrefix(v.Source, strings.TrimSuffix(build.Context, "/")+"/")
	})
}
