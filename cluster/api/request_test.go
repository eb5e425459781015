package api

import (
	"context"
	"errors"
	"net/http"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestIsPassing(t *testing.T) {
	resource := schema.GroupResource{Resource: "pods"}
	cases := []struct {
		err  error
		want bool
	}{
		{apierrors.NewTooManyRequests("slow down", 1), true},
		{apierrors.NewInternalError(errors.New("etcd")), true},
		{apierrors.NewInternalError(errors.New(`failed calling webhook "x"`)), false},
		{apierrors.NewGenericServerResponse(http.StatusBadGateway, "get", resource, "", "", 0, true), true},
		{apierrors.NewNotFound(resource, "x"), false},
		{apierrors.NewGenericServerResponse(http.StatusNotFound, "get", resource, "", "404 page not found", 0, true), false},
		{apierrors.NewConflict(resource, "x", errors.New("changed")), false},
		{errors.New("x509: certificate signed by unknown authority"), false},
	}
	for _, c := range cases {
		if got := isPassing(c.err); got != c.want {
			t.Errorf("isPassing(%v) is %t", c.err, got)
		}
	}
}

// TestEndOfPatienceIsNotTheReason: the last attempt is cut short, and the ones before it say what is wrong.
func TestEndOfPatienceIsNotTheReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Conn{patience: time.Second, requestTimeout: time.Minute}
		attempts := 0
		err := c.Retry(context.Background(), func(ctx context.Context) error {
			if attempts++; attempts == 1 {
				return syscall.ECONNREFUSED
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the reason is %v", err)
		}
	})
}
