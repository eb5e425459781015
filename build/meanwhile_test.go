package build_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/transship/transship/build"
)

// TestMeanwhile: what goes on beside the builds is told who waits, ends with them, and ends them.
func TestMeanwhile(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("kind")
	r := request(shop(t), clusterCalled("kind-dev"))
	r.Options.Mode = build.Always
	var waiting []string
	r.Meanwhile = func(ctx context.Context, services []string) error {
		waiting = services
		<-ctx.Done() // it is for the images to come
		return ctx.Err()
	}
	if made := provide(t, r); len(made.Images) != 2 {
		t.Errorf("images %+v", made.Images)
	}
	if want := []string{"helper", "web", "worker"}; !slices.Equal(waiting, want) {
		t.Errorf("%v wait, want %v", waiting, want)
	}

	e.write("build-error", "it does not compile\n")
	refused(t, r, "build-failed", "web") // rather than the error of what was cancelled

	wrong := errors.New("the cluster refuses it")
	r.Meanwhile = func(context.Context, []string) error { return wrong }
	e.program("docker", strings.Replace(fakeDocker, "cat > /dev/null", "exec sleep 60", 1))
	e.write("build-error", "")
	if _, err := build.Provide(context.Background(), r, nil); !errors.Is(err, wrong) {
		t.Errorf("got %v, want %v", err, wrong)
	}

	r.Options.Mode = build.Never
	r.Meanwhile = func(context.Context, []string) error { t.Error("nothing is built"); return nil }
	e.builds()
	for name, id := range map[string]string{"shop-web": webID, "acme_worker_dev": workerID} {
		e.write("images/"+name, id+" linux/amd64\n")
	}
	provide(t, r)
}

// TestWhoseLine: BuildKit says in its lines which image they are about.
func TestWhoseLine(t *testing.T) {
	e := newEngine(t)
	e.builds()
	e.records("kind")
	e.program("docker", strings.Replace(fakeDocker, "cat > /dev/null", `cat > /dev/null; cat output >&2`, 1))
	e.write("output", "#1 [internal] load local bake definitions\n#5 [web 2/3] RUN make\n#6 [worker internal] load build definition\n#5 0.2 cc -o web\n#7 [auth] no service\n#5 DONE 1.2s\n")
	r := request(shop(t), clusterCalled("kind-dev"))
	r.Options.Mode = build.Always
	var mu sync.Mutex
	said := map[string][]string{}
	_, err := build.Provide(context.Background(), r, func(e build.Event) {
		mu.Lock()
		defer mu.Unlock()
		if o, is := e.(build.Output); is {
			said[o.Service] = append(said[o.Service], o.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(said["web"]) != 3 || len(said["worker"]) != 1 || len(said[""]) < 2 {
		t.Errorf("lines by service: %q", said)
	}
}
