package container

import (
	"path"
	"strings"

	"github.com/transship/transship/internal/pattern"
	"github.com/transship/transship/source"
	"github.com/transship/transship/transform/images"
	"github.com/transship/transship/transform/input"
)

// givesUp matches what stands behind the only command of a check: the end with an error, whatever its code.
var givesUp = pattern.New(`^\s*(exit(\s+\d+)?|false|kill\s+1)\s*;?\s*$`)

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

// programOf returns the program without which the test of a healthcheck fails, "" if it is not known: the first word, where nothing stands in for
// it.
func programOf(test []string) string {
	if len(test) < 2 {
		return ""
	}
	if test[0] == "CMD" {
		return test[1]
	}
	script, other, either := strings.Cut(test[1], "||")
	if either && !givesUp.MatchString(other) {
		return ""
	}
	words := strings.Fields(script)
	if len(words) == 0 {
		return ""
	}
	return words[0]
}

// missingProgram returns the program that the test of a healthcheck runs, and the image that is known not to have it; "" if nothing is known to be
// missing.
func missingProgram(u *input.Container, test []string) (program, image string) {
	program, image = programOf(test), u.Spec.Image
	if len(test) > 1 && test[0] == "CMD-SHELL" && u.Facts.ShellKnown && !u.Facts.Shell && u.Facts.ShellForm == nil {
		if u.Service.Build() != nil {
			image = u.Service.Facts.BaseImage
		}
		return "/bin/sh", image
	}
	if u.Service.Build() != nil {
		image = u.Service.Facts.BaseImage
		if p, asked := u.Service.Facts.Paths["/usr/bin/"+program]; !asked || p.Exists >= source.Likely {
			return "", ""
		}
	}
	if program == "" || image == "" || !images.Lacks(image, program) {
		return "", ""
	}
	return program, image
}
