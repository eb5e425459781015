package streams

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/resource"
)

// readEarlier tells what a container wrote in the run before the current one. On Docker, a container that is restarted goes
// on with one log; a cluster has one for each run, and keeps the last two.
func (f *follower) readEarlier(ctx context.Context, pod *unstructured.Unstructured, container string, tail int64, told *position, tell func(time.Time, string)) {
	if restarts(pod, container) == 0 {
		return
	}
	if tail >= 0 {
		if tail -= f.count(ctx, pod, container, tail); tail <= 0 {
			return
		}
	}
	query := url.Values{"container": {container}, "timestamps": {"true"}, "previous": {"true"}}
	if tail >= 0 {
		query.Set("tailLines", strconv.FormatInt(tail, 10))
	}
	body, err := f.client.Stream(ctx, api.PodPath(f.options.Namespace, pod.GetName(), "log"), query)
	if err != nil {
		return // it is not kept for ever
	}
	defer body.Close()
	_ = api.EachLine(body, func(text string) { // what the current run writes is told in any case
		stamp, rest, _ := strings.Cut(text, " ")
		at, err := time.Parse(time.RFC3339Nano, stamp)
		if err != nil || at.Before(f.options.Since) || !f.options.Until.IsZero() && at.After(f.options.Until) || !told.isNews(at) {
			return
		}
		tell(at, rest)
	})
}

// count returns how many lines the current run of a container has written, at most so many.
func (f *follower) count(ctx context.Context, pod *unstructured.Unstructured, container string, most int64) int64 {
	query := url.Values{"container": {container}, "tailLines": {strconv.FormatInt(most, 10)}}
	body, err := f.client.Stream(ctx, api.PodPath(f.options.Namespace, pod.GetName(), "log"), query)
	if err != nil {
		return 0
	}
	defer body.Close()
	n := int64(0)
	_ = api.EachLine(body, func(string) { n++ })
	return n
}

func restarts(pod *unstructured.Unstructured, container string) int64 {
	for _, list := range []string{"initContainerStatuses", "containerStatuses"} {
		for _, status := range resource.Items(pod.Object, "status", list) {
			if status["name"] == container {
				n, _ := status["restartCount"].(int64)
				return n
			}
		}
	}
	return 0
}
