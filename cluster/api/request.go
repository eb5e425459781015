package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/klog/v2"

	"github.com/transship/transship/cluster/resource"
)

// InFlight is how many requests one run sends at a time. More do not make a small API server faster.
const InFlight = 24

// Retry does an idempotent request again while the server is away, throttles or fails, for as long as the client is
// patient. Each attempt has the request timeout to itself.
func (c *Conn) Retry(ctx context.Context, request func(context.Context) error) error {
	ctx = klog.NewContext(ctx, logr.Discard()) // client-go logs what is returned as well
	patient, stop := context.WithTimeout(ctx, c.patience)
	defer stop()
	began, warned := time.Now(), false
	var reason error // why it did not work the last time
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		attempt, done := context.WithTimeout(patient, c.requestTimeout)
		err := request(attempt)
		done()
		if reason != nil && patient.Err() != nil && ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return reason // the end of patience is none
		}
		if err == nil || !isAway(err) {
			c.reached.Store(true)
		}
		if err == nil || !isPassing(err) || ctx.Err() != nil || !c.reached.Load() && time.Since(began) > firstPatience {
			return err
		}
		if since := time.Since(began); since > firstPatience && !warned && c.warn != nil {
			warned = true
			c.warn(fmt.Sprintf("%s does not answer as it should; trying again for %s", c.Server, (c.patience - since).Round(time.Second)))
		}
		reason = err
		if after, ok := apierrors.SuggestsClientDelay(err); ok {
			pause = max(pause, time.Duration(after)*time.Second)
		}
		timer := time.NewTimer(pause + rand.N(pause/4)) //nolint:gosec // no secret: requests that failed together are not to come back together
		select {
		case <-patient.Done():
			timer.Stop()
			return err
		case <-timer.C:
		}
	}
}

// firstPatience is how long a server is waited for that has never answered, and how long one is waited for in silence.
const firstPatience = 3 * time.Second

// isAway reports whether an error says that nobody answers.
func isAway(err error) bool {
	var op *net.OpError
	return utilnet.IsConnectionRefused(err) || utilnet.IsTimeout(err) || errors.As(err, &op)
}

// isPassing reports whether an error is one of the server's bad moments rather than an answer.
func isPassing(err error) bool {
	switch {
	case apierrors.IsNotFound(err): // also by an API server that has no such API, and answers in plain words
		return false
	case apierrors.IsTooManyRequests(err), apierrors.IsInternalError(err), apierrors.IsServiceUnavailable(err),
		apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsUnexpectedServerError(err):
		return !IsAdmissionFailure(err)
	case isYoungNamespace(err):
		return true
	case utilnet.IsConnectionRefused(err), utilnet.IsConnectionReset(err), utilnet.IsHTTP2ConnectionLost(err),
		utilnet.IsProbableEOF(err), utilnet.IsTimeout(err), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, context.DeadlineExceeded):
		return true
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return status.Status().Code >= 500 && !IsAdmissionFailure(err)
	}
	var op *net.OpError
	return errors.As(err, &op) && !strings.Contains(err.Error(), "no such host")
}

// isYoungNamespace reports whether a Pod was refused only because its namespace is so new that Kubernetes has not put the
// service account there that it puts into each.
func isYoungNamespace(err error) bool {
	return apierrors.IsForbidden(err) && strings.Contains(err.Error(), "error looking up service account") &&
		strings.Contains(err.Error(), `serviceaccount "default" not found`)
}

// IsAdmissionFailure reports whether the server failed because a webhook did: nothing that waiting here would mend.
func IsAdmissionFailure(err error) bool {
	return strings.Contains(err.Error(), "failed calling webhook")
}

// Get returns an object, and nil if there is none.
func (c *Conn) Get(ctx context.Context, ref resource.Ref, namespace string) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, ref.APIVersion, ref.Kind, namespace)
	if err != nil {
		return nil, err
	}
	var out *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.Get(ctx, ref.Name, metav1.GetOptions{})
		return err
	})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.Explain(err, fmt.Sprintf("read %s", ref))
	}
	return out, nil
}

// List returns the objects of a kind that a label selector selects.
func (c *Conn) List(ctx context.Context, apiVersion, kind, namespace, selector string) ([]unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, apiVersion, kind, namespace)
	if err != nil {
		return nil, err
	}
	var out *unstructured.UnstructuredList
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.List(ctx, metav1.ListOptions{LabelSelector: selector})
		return err
	})
	if err != nil {
		return nil, c.Explain(err, "list objects of kind "+kind)
	}
	return out.Items, nil
}

// ApplyOptions say how an object is applied.
type ApplyOptions struct {
	Force  bool // take over fields that others own
	DryRun bool
	// checked: the server has found no unknown or double field in the object before, and need not look again. For a
	// workload that halves its work.
	Checked bool
}

// Apply sends an object by server-side apply and returns what the server makes of it. The error is the server's own.
func (c *Conn) Apply(ctx context.Context, o *unstructured.Unstructured, namespace string, how ApplyOptions) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, o.GetAPIVersion(), o.GetKind(), namespace)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(o.Object)
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", resource.RefOf(o), err)
	}
	options := metav1.PatchOptions{FieldManager: resource.FieldManager, Force: &how.Force, FieldValidation: metav1.FieldValidationStrict}
	if how.Checked {
		options.FieldValidation = metav1.FieldValidationIgnore
	}
	if how.DryRun {
		options.DryRun = []string{metav1.DryRunAll}
	}
	var out *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.Patch(ctx, o.GetName(), types.ApplyPatchType, body, options)
		return err
	})
	return out, err
}

// TryCreate asks whether the server would take a new object, and creates nothing. The error is the server's own.
func (c *Conn) TryCreate(ctx context.Context, o *unstructured.Unstructured, namespace string) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, o.GetAPIVersion(), o.GetKind(), namespace)
	if err != nil {
		return nil, err
	}
	options := metav1.CreateOptions{FieldManager: resource.FieldManager, FieldValidation: metav1.FieldValidationStrict, DryRun: []string{metav1.DryRunAll}}
	var out *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.Create(ctx, o, options)
		return err
	})
	return out, err
}

// Patch changes single fields of a live object by a merge patch and returns what it is then.
func (c *Conn) Patch(ctx context.Context, ref resource.Ref, namespace string, change map[string]any) (*unstructured.Unstructured, error) {
	objects, err := c.Objects(ctx, ref.APIVersion, ref.Kind, namespace)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(change)
	if err != nil {
		return nil, fmt.Errorf("write a change of %s: %w", ref, err)
	}
	var out *unstructured.Unstructured
	err = c.Retry(ctx, func(ctx context.Context) error {
		out, err = objects.Patch(ctx, ref.Name, types.MergePatchType, body, metav1.PatchOptions{FieldManager: resource.FieldManager})
		return err
	})
	if err != nil {
		return nil, c.Explain(err, fmt.Sprintf("change %s", ref))
	}
	return out, nil
}

// Remove deletes exactly this object, not one that took its name meanwhile. An object that is gone is no error.
func (c *Conn) Remove(ctx context.Context, o *unstructured.Unstructured, namespace string, propagation metav1.DeletionPropagation, grace *int64) error {
	ref, uid := resource.RefOf(o), o.GetUID()
	objects, err := c.Objects(ctx, ref.APIVersion, ref.Kind, namespace)
	if err != nil {
		return err
	}
	options := metav1.DeleteOptions{
		PropagationPolicy: &propagation, GracePeriodSeconds: grace, Preconditions: &metav1.Preconditions{UID: &uid},
	}
	err = c.Retry(ctx, func(ctx context.Context) error { return objects.Delete(ctx, ref.Name, options) })
	if err == nil || apierrors.IsNotFound(err) || isOther(err) {
		return nil
	}
	return c.Explain(err, fmt.Sprintf("delete %s", ref))
}

// isOther reports whether a deletion met an object of the same name that is not the one meant.
func isOther(err error) bool {
	return apierrors.IsConflict(err) && strings.Contains(err.Error(), "UID")
}

// Stream opens a GET request on the API server and returns its body; errors are the server's own.
func (c *Conn) Stream(ctx context.Context, path string, query url.Values) (io.ReadCloser, error) {
	return c.StreamAs(ctx, path, query, "*/*")
}

// StreamAs is Stream for content of the given media type, as the Accept header takes it.
func (c *Conn) StreamAs(ctx context.Context, path string, query url.Values, accept string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL(path, query).String(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask for %s: %w", path, err)
	}
	request.Header.Set("Accept", accept)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode < 300 {
		return response.Body, nil
	}
	defer response.Body.Close()
	var status metav1.Status
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&status); err != nil || status.Kind != "Status" {
		return nil, apierrors.NewGenericServerResponse(response.StatusCode, "get", schema.GroupResource{Resource: path}, "", "", 0, true)
	}
	return nil, &apierrors.StatusError{ErrStatus: status}
}

// URL returns the address of a path on the API server, below the path that the server itself may have.
func (c *Conn) URL(path string, query url.Values) *url.URL {
	u := *c.base
	u.Path = strings.TrimSuffix(u.Path, "/") + path
	u.RawQuery = query.Encode()
	return &u
}
