package up_test

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/transship/transship/cluster"
	"github.com/transship/transship/test/cluster/harness"
)

func TestFaultsOfTheAPIServerAreSurvived(t *testing.T) {
	faults := map[string]func(n int64) *harness.Fault{
		"connections that break": every(3, harness.Fault{Reset: true}),
		"throttling":             every(3, harness.Fault{Status: http.StatusTooManyRequests, RetryAfter: time.Second}),
		"internal errors":        every(3, harness.Fault{Status: http.StatusInternalServerError}),
		"unavailable":            half(harness.Fault{Status: http.StatusServiceUnavailable}),
		"answers that get lost":  every(3, harness.Fault{Lose: true}),
		"slow answers":           every(1, harness.Fault{Delay: 50 * time.Millisecond}),
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			b := start(t)
			proxy := b.cluster.FaultProxy(t, b.cluster.Config)
			b.client = connect(t, proxy.Kubeconfig(t))
			var requests, injected atomic.Int64
			proxy.Inject(func(*http.Request) *harness.Fault {
				f := fault(requests.Add(1))
				if f != nil {
					injected.Add(1)
				}
				return f
			})
			objects := project(t, shop()...)
			b.up(objects)
			b.consistent(objects)
			b.down(func(o *cluster.DownOptions) { o.Volumes = true })
			if left := b.contents(); len(left) != 0 {
				t.Errorf("left are %v", left)
			}
			if injected.Load() == 0 {
				t.Error("no fault was injected")
			}
		})
	}
}

// half befalls every second request on average. In strict alternation, a request that is tried again and a poll could take
// turns so that the same one is always hit.
func half(f harness.Fault) func(int64) *harness.Fault {
	return func(i int64) *harness.Fault {
		if bits.OnesCount64(uint64(i)*0x9e3779b97f4a7c15)%2 == 0 {
			return &f
		}
		return nil
	}
}

func every(n int64, f harness.Fault) func(int64) *harness.Fault {
	return func(i int64) *harness.Fault {
		if i%n == 0 {
			return &f
		}
		return nil
	}
}

func TestWatchesThatBreakAreTakenUpAgain(t *testing.T) {
	b := start(t)
	proxy := b.cluster.FaultProxy(t, b.cluster.Config)
	b.client = connect(t, proxy.Kubeconfig(t))
	o := b.options()
	events := &record{}
	_, err := b.client.Up(context.Background(), project(t, shop()...), o, func(e cluster.Event) {
		events.add(e)
		if _, isChange := e.(cluster.Changed); isChange {
			go proxy.Cut()
		}
	})
	if err != nil {
		t.Errorf("up: %v\n%s", err, events)
	}
}

func TestRestartOfTheAPIServerIsWaitedFor(t *testing.T) {
	c := harness.Start(t, harness.Controllers) // alone: the others would notice
	b := &bench{T: t, cluster: c, client: connect(t, c.Kubeconfig), namespace: c.Namespace(t)}
	objects := project(t, shop()...)
	restarted := make(chan struct{})
	var changes atomic.Int64
	_, err := b.client.Up(context.Background(), objects, b.options(), func(e cluster.Event) {
		if _, isChange := e.(cluster.Changed); isChange && changes.Add(1) == 4 {
			c.StopAPIServer(t)
			go func() {
				defer close(restarted)
				c.StartAPIServer(t)
			}()
		}
	})
	<-restarted
	if err != nil {
		t.Fatalf("up: %v", err)
	}
	b.consistent(objects)
}

func TestMissingPermissionIsNamed(t *testing.T) {
	b := start(t)
	kubeconfig, _ := b.cluster.User(t, "jane")
	jane := connect(t, kubeconfig)
	o := b.options()
	_, err := jane.Up(context.Background(), project(t, service{Name: "web"}), o, nil)
	var denied *cluster.ForbiddenError
	if !errors.As(err, &denied) || denied.Verb != "get" || denied.Resource != "configmaps" || denied.User != "jane" || denied.Namespace != b.namespace {
		t.Errorf("up without any permission ended with %v", err)
	}
	// To apply takes two permissions; whichever is missing is said before the first change, for the first object of a
	// kind as for the others.
	two := project(t, service{Name: "web"}, service{Name: "api"})
	for granted, missing := range map[string]string{"get": "patch", "get, create": "patch", "get, patch": "create"} {
		b.grant("jane", granted)
		var refused *cluster.RefusedError
		harness.Eventually(t, "the role is known", func(ctx context.Context) (bool, error) {
			_, err := jane.Up(ctx, two, o, nil)
			return errors.As(err, &refused) && strings.Contains(err.Error(), "may not "+missing), err
		})
		for _, p := range refused.Problems {
			if p.Code != "forbidden" || !strings.Contains(p.Message, "deployments.apps in namespace "+b.namespace) {
				t.Errorf("with the verbs %s, the problem is %+v", granted, p)
			}
		}
		if b.get("service", "web") != nil {
			t.Error("a Service was made although the Deployment may not be")
		}
	}
}

// grant gives somebody everything that up needs, but of Deployments only some verbs.
func (b *bench) grant(user, verbs string) {
	b.Helper()
	b.cluster.Apply(b, b.namespace, fmt.Sprintf(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: %[1]s}
rules:
- {apiGroups: ["", apps], resources: [configmaps, services, deployments], verbs: [get, list, watch]}
- {apiGroups: [""], resources: [configmaps, services], verbs: [create, patch, update]}
- {apiGroups: [apps], resources: [deployments], verbs: [%[2]s]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: %[1]s}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %[1]s}
subjects: [{kind: User, name: %[1]s}]
`, user, verbs))
}

// TestUpNeedsOnlyWhatTheProjectHas: somebody who may see neither ReplicaSets nor Jobs nor events can still wait for a
// project of Deployments.
func TestUpNeedsOnlyWhatTheProjectHas(t *testing.T) {
	b := start(t)
	kubeconfig, _ := b.cluster.User(t, "joan")
	joan := connect(t, kubeconfig)
	b.cluster.Apply(t, b.namespace, `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: joan}
rules:
- {apiGroups: ["", apps], resources: [configmaps, services, deployments], verbs: ["*"]}
- {apiGroups: [""], resources: [pods], verbs: [get, list, watch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: joan}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: joan}
subjects: [{kind: User, name: joan}]
`)
	harness.Eventually(t, "the project is up", func(ctx context.Context) (bool, error) {
		_, err := joan.Up(ctx, project(t, service{Name: "web", Config: "x"}), b.options(), nil)
		return err == nil, err
	})
	_, err := joan.Up(context.Background(), project(t, service{Name: "web", Config: "y"}), b.options(), nil)
	if err != nil {
		t.Errorf("an update ended with %v", err)
	}
}

func TestHundredServicesTakeFewRequestsTheSecondTime(t *testing.T) {
	b := start(t)
	proxy := b.cluster.FaultProxy(t, b.cluster.Config)
	b.client = connect(t, proxy.Kubeconfig(t))
	var requests atomic.Int64
	proxy.Inject(func(*http.Request) *harness.Fault { requests.Add(1); return nil })
	var services []service
	for i := range 100 {
		services = append(services, service{Name: fmt.Sprintf("s%03d", i), Config: "x"})
	}
	objects := project(t, services...)
	began := time.Now()
	b.up(objects, func(o *cluster.UpOptions) { o.Wait = false })
	t.Logf("first up of %d objects: %s, %d requests", len(objects), time.Since(began), requests.Swap(0))
	began = time.Now()
	plan := b.up(objects, func(o *cluster.UpOptions) { o.Wait = false })
	n := requests.Swap(0)
	t.Logf("second up: %s, %d requests", time.Since(began), n)
	if plan.Changes() != 0 {
		t.Errorf("the second up plans %v", actions(plan))
	}
	if n > 12 {
		t.Errorf("the second up of %d objects took %d requests", len(objects), n)
	}
	b.up(objects) // and all of them become ready
	b.down()
	if left := b.contents(); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}
