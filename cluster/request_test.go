package cluster

import (
	"context"
	"errors"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// TestEndOfPatienceIsNotTheReason: the last attempt is cut short, and the ones before it say what is wrong.
func TestEndOfPatienceIsNotTheReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &Client{patience: time.Second, requestTimeout: time.Minute}
		attempts := 0
		err := c.retry(context.Background(), func(ctx context.Context) error {
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
