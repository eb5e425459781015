//go:build js && wasm

// Command wasm is the converter inside a browser. It reads the project from the file system that the worker of the page
// keeps in memory (globalThis.fs), and offers one function: transship(method, parameters), which returns a promise of
// the answer. Parameters and answer are JSON.
package main

import (
	"context"
	"encoding/json"
	"io"
	"runtime/debug"
	"sync"
	"syscall/js"

	"github.com/sirupsen/logrus"

	"github.com/transship/transship/convert"
	"github.com/transship/transship/internal/playground"
	"github.com/transship/transship/loader"
	"github.com/transship/transship/transform"
)

// directory is where the files of the page are.
const directory = "/project"

// garbage is how much garbage, in percent of what is in use, may lie around: memory is cheaper than time here. The page
// starts the program without collection, as the first conversion makes little that can be thrown away.
const garbage = 300

func main() {
	logrus.SetOutput(io.Discard) // the loader reports the same with positions
	var (
		mu      sync.Mutex
		session playground.Session
	)
	js.Global().Set("transship", js.FuncOf(func(_ js.Value, args []js.Value) any {
		method, parameters := args[0].String(), []byte(args[1].String())
		// The answer needs the event loop, which waits for this function to return: hence the promise.
		return js.Global().Get("Promise").New(js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				mu.Lock()
				defer mu.Unlock()
				answer, err := session.Answer(context.Background(), method, parameters, options(parameters))
				if err != nil {
					settle[1].Invoke(err.Error())
				} else {
					settle[0].Invoke(string(answer))
				}
				debug.SetGCPercent(garbage)
			}()
			return nil
		}))
	}))
	js.Global().Call("postMessage", `{"ready":true}`)
	select {}
}

// options are those that the page offers.
func options(parameters []byte) convert.Options {
	var p struct {
		Files   []string // compose files in the order they are merged; empty for the default names
		Publish string
		Name    string
	}
	_ = json.Unmarshal(parameters, &p) // Answer reports what is wrong with them
	return convert.Options{
		Load: loader.Options{
			WorkingDirectory: directory, ProjectDirectory: directory, Environ: []string{}, Profiles: []string{"*"}, Files: p.Files, ProjectName: p.Name,
		},
		// A project that is pasted comes without the files beside it: that they are missing is said, and the rest is shown.
		Transform: transform.Options{Publish: transform.Publish(p.Publish), Allow: []string{"missing-file"}},
	}
}
