package transform

import "github.com/transship/transship/diag"

var networkCodes = []Code{
	{"headless", diag.Info, "a service without known ports resolves to its Pods"},
	{"port-inferred", diag.Info, "a port that the file does not declare"},
	{"port-invalid", diag.Error, "a number that is no port"},
}
