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

type lockRecord struct {
	Holder  string    `json:"holder"`
	Run     string    `json:"run"`
	Renewed time.Time `json:"renewed"`
	// Process finds the run again from the machine that it runs on.
	Process process `json:"process"`
}

func LockOf(o *unstructured.Unstructured) (lockRecord, bool) {
	var r lockRecord
	if o == nil || json.Unmarshal([]byte(o.GetAnnotations()[resource.AnnotationLock]), &r) != nil || r.Run == "" {
		return r, false
	}
	return r, true
}

// Lock is held by one run.
type Lock struct {
	client *api.Conn
	record lockRecord

	mu      sync.Mutex
	current *unstructured.Unstructured // the inventory as last written
	stop    context.CancelFunc
	done    chan struct{}
}

// Acquire takes the lock if the inventory is still as it was read, and writes the given content along with it. The
// returned context ends when the lock is lost to another run.
func Acquire(ctx context.Context, c *api.Conn, project, namespace string, read List, refs []resource.Ref) (*Lock, context.Context, error) {
	o := read.Object
	if o == nil {
		o = newInventory(project, namespace)
	}
	l := &Lock{client: c, record: lockRecord{Holder: holder(), Run: rand.Text(), Process: thisProcess()}, done: make(chan struct{})}
	written, err := l.write(ctx, o.DeepCopy(), refs)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) {
		return nil, ctx, ErrStale
	}
	if err != nil {
		return nil, ctx, c.Explain(err, "write the inventory of project "+project)
	}
	l.current = written
	held, lose := context.WithCancelCause(ctx)
	renewing, stop := context.WithCancel(ctx)
	l.stop = stop
	go l.renew(renewing, lose)
	return l, held, nil
}

func (l *Lock) write(ctx context.Context, o *unstructured.Unstructured, refs []resource.Ref) (*unstructured.Unstructured, error) {
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
	o.SetAnnotations(annotations)
	if refs != nil {
		o.Object["data"] = map[string]any{inventoryKey: formatInventory(refs)}
	}
	return write(ctx, l.client, o)
}

// renew keeps the lock alive, and ends the run if another one has taken it.
func (l *Lock) renew(ctx context.Context, lose context.CancelCauseFunc) {
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
			lose(fmt.Errorf("another run has taken over the project: %w", err))
			return
		}
	}
}

// Release writes the final inventory, without the lock. It also works when the run was interrupted.
func (l *Lock) Release(ctx context.Context, refs []resource.Ref) error {
	l.stop()
	<-l.done
	l.mu.Lock()
	defer l.mu.Unlock()
	o := l.current.DeepCopy()
	annotations := o.GetAnnotations()
	delete(annotations, resource.AnnotationLock)
	o.SetAnnotations(annotations)
	if refs != nil {
		o.Object["data"] = map[string]any{inventoryKey: formatInventory(refs)}
	}
	if _, err := write(ctx, l.client, o); err != nil {
		return l.client.Explain(err, "write the inventory "+o.GetName())
	}
	return nil
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
// not been renewed for lockExpiry. A run that goes on renewing is left alone.
func AwaitUnlocked(ctx context.Context, c *api.Conn, project, namespace string, sink event.Sink) (List, error) {
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
			sink.Warn("%s holds the project; waiting to see whether that run is alive", record.Holder)
		}
		if record.Run != first.Run || !record.Renewed.Equal(first.Renewed) {
			return read, &LockedError{Project: project, Holder: record.Holder}
		}
		if time.Since(started) > lockExpiry {
			return read, nil
		}
		timer := time.NewTimer(500 * time.Millisecond)
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
