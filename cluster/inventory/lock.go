package inventory

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/resource"
)

// A run that changes a project holds its lock: an annotation on the inventory that names the run and is renewed every
// few seconds. A run that was killed stops renewing, and the next one takes over after lockExpiry.
const (
	lockExpiry  = 10 * time.Second
	lockRenewal = 3 * time.Second
	// lockStall is how long a process that is seen to run on this machine may take to renew its lock: a busy machine
	// stops everybody for a while.
	lockStall = time.Minute
	// lockClocks is by how much the clocks of two machines may differ.
	lockClocks = time.Minute
)

// LockedError says that another run is changing the project.
type LockedError struct {
	Project, Holder string
}

// Error implements error.
func (e *LockedError) Error() string {
	return fmt.Sprintf("project %s is being changed by another run (%s): wait for it to finish, or end it", e.Project, e.Holder)
}

// ErrStale says that the project changed between planning and locking: the plan has to be made again.
var ErrStale = errors.New("the project changed meanwhile")

// lockRecord is what an inventory says of the run that changes the project, as JSON in an annotation.
type lockRecord struct {
	Holder  string    `json:"holder"`
	Doing   string    `json:"doing,omitempty"`
	Run     string    `json:"run"`
	Renewed time.Time `json:"renewed"`
	// Process finds the run again from the machine that it runs on.
	Process process `json:"process"`
}

// LockOf returns who holds the lock that an inventory records. It returns false if there is no inventory or nobody holds
// it. A holder whose lease ran out is still returned.
func LockOf(o *unstructured.Unstructured) (lockRecord, bool) {
	var r lockRecord
	if o == nil || json.Unmarshal([]byte(o.GetAnnotations()[resource.AnnotationLock]), &r) != nil || r.Run == "" {
		return r, false
	}
	return r, true
}

// Lock is held by one run.
type Lock struct {
	client             *api.Conn
	project, namespace string
	record             lockRecord

	mu      sync.Mutex
	current *unstructured.Unstructured // the inventory as last written
	lose    context.CancelCauseFunc
	stop    context.CancelFunc
	done    chan struct{}
}

// Acquire takes the lock for something if the inventory is still as it was read, and writes the given content along with
// it. The returned context ends when the lock is lost to another run, or another one asks to give way.
func Acquire(ctx context.Context, c *api.Conn, project, namespace, doing string, read List, content Content) (*Lock, context.Context, error) {
	o := read.Object
	if o == nil {
		o = newInventory(project, namespace)
	}
	l := &Lock{client: c, project: project, namespace: namespace, record: lockRecord{Holder: holder(), Doing: doing, Run: rand.Text(), Process: thisProcess()}, done: make(chan struct{})}
	written, err := l.write(ctx, o.DeepCopy(), &content)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		return nil, ctx, ErrStale
	}
	if err != nil {
		return nil, ctx, c.Explain(err, "write the inventory of project "+project)
	}
	l.current = written
	held, lose := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(ctx)
	l.lose, l.stop = lose, stop
	go l.renew(renewing)
	return l, held, nil
}

// ID names the run that holds the lock.
func (l *Lock) ID() string { return l.record.Run }

func (l *Lock) write(ctx context.Context, o *unstructured.Unstructured, content *Content) (*unstructured.Unstructured, error) {
	l.record.Renewed = time.Now().UTC().Truncate(time.Second)
	encoded, err := json.Marshal(l.record)
	if err != nil {
		return nil, fmt.Errorf("write the lock: %w", err)
	}
	annotations := o.GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[resource.AnnotationLock] = string(encoded)
	delete(annotations, resource.AnnotationWanted) // of an earlier run
	o.SetAnnotations(annotations)
	if content != nil {
		o.Object["data"] = content.data()
	}
	return write(ctx, l.client, o)
}

// renew keeps the lock alive, and ends the run if another one has taken it or wants it.
func (l *Lock) renew(ctx context.Context) {
	defer close(l.done)
	ticker := time.NewTicker(lockRenewal)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		l.mu.Lock()
		written, err := l.write(ctx, l.current.DeepCopy(), nil)
		if err == nil {
			l.current = written
		}
		l.mu.Unlock()
		if apierrors.IsConflict(err) || apierrors.IsNotFound(err) {
			if err := l.catchUp(ctx); err != nil {
				l.lose(err)
				return
			}
		}
	}
}

// errLost is why a run ends whose lock another one has.
var errLost = errors.New("another run has taken over the project")

// catchUp takes over what somebody else has written to the inventory. It returns why the run has to end, if it has.
func (l *Lock) catchUp(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ref := resource.RefOf(l.current)
	live, err := l.client.Get(ctx, ref, l.current.GetNamespace())
	if err != nil {
		return nil
	}
	if live == nil { // with the namespace, or alone
		return l.removed()
	}
	if record, locked := LockOf(live); !locked || record.Run != l.record.Run {
		return errLost
	}
	l.current = live
	if by, wanted := WantedFrom(live, l.record.Run); wanted {
		return &GaveWayError{By: by}
	}
	return nil
}

// removed is the error of a run whose inventory is gone.
func (l *Lock) removed() error {
	return &event.RemovedError{Project: l.project, Namespace: l.namespace}
}

// isTaken reports whether the inventory is another run's, or gone.
func isTaken(err error) bool {
	return errors.Is(err, errLost) || errors.As(err, new(*event.RemovedError))
}

// GiveWay ends the run at once in favour of another one.
func (l *Lock) GiveWay(by Run) { l.lose(&GaveWayError{By: by}) }

// Release writes the final inventory, without the lock. It also works when the run was interrupted.
func (l *Lock) Release(ctx context.Context, content *Content) error {
	l.stop()
	<-l.done
	for attempt := 1; ; attempt++ {
		o := l.current.DeepCopy()
		annotations := o.GetAnnotations()
		delete(annotations, resource.AnnotationLock)
		delete(annotations, resource.AnnotationWanted)
		o.SetAnnotations(annotations)
		if content != nil {
			o.Object["data"] = content.data()
		}
		_, err := write(ctx, l.client, o)
		if apierrors.IsConflict(err) && attempt < 3 && !isTaken(l.catchUp(ctx)) {
			continue // somebody who wants the project has written that down
		}
		if apierrors.IsNotFound(err) {
			return l.removed()
		}
		if err != nil {
			return l.client.Explain(err, "write the inventory "+o.GetName())
		}
		return nil
	}
}

// Discard deletes the inventory, with the lock in it.
func (l *Lock) Discard(ctx context.Context) error {
	l.stop()
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.client.Remove(ctx, l.current, l.current.GetNamespace(), metav1.DeletePropagationBackground, nil); err != nil {
		return fmt.Errorf("remove the inventory: %w", err)
	}
	return nil
}

// AwaitUnlocked waits while another run holds the lock: until it is done or has visibly died, in which case its lock has
// not been renewed for lockExpiry, or for lockStall where its process is seen to run. A run that goes on renewing is left alone; if something to do is named that must not
// wait for it, it is asked to give way.
func AwaitUnlocked(ctx context.Context, c *api.Conn, project, namespace, instead string, sink event.Sink) (List, error) {
	started, first, told := time.Now(), lockRecord{}, false
	for {
		read, err := Read(ctx, c, project, namespace)
		if err != nil {
			return read, err
		}
		record, locked := LockOf(read.Object)
		if !locked || record.Process.isDead() || time.Since(record.Renewed) > lockExpiry+lockClocks {
			return read, nil
		}
		if !told {
			told, first = true, record
			if instead = onlyOf(record, instead); instead == "" {
				sink.Warn("%s holds the project; waiting to see whether that run is alive", record.Holder)
			} else {
				sink.Warn("%s is asked to give way", record.run())
				if err := ask(ctx, c, read.Object, record, instead); err != nil && !errors.As(err, new(*api.ForbiddenError)) {
					return read, err // who may not write that down waits as others do
				}
			}
		}
		if record.Run != first.Run || !record.Renewed.Equal(first.Renewed) && (instead == "" || time.Since(started) > 2*lockRenewal) {
			return read, &LockedError{Project: project, Holder: record.Holder}
		}
		if silence := time.Since(started); silence > lockExpiry && (silence > lockStall || !record.Process.isRunning()) {
			return read, nil
		}
		pause := 500 * time.Millisecond
		if instead != "" {
			pause = 100 * time.Millisecond
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return read, context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// holder says whose run this is, for the person who meets the lock.
func holder() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return fmt.Sprintf("%s on %s, process %d", cmp.Or(name, "somebody"), host, os.Getpid())
}
