package streams

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/transport/spdy"
	"k8s.io/streaming/pkg/httpstream"

	"github.com/transship/transship/cluster/api"
	"github.com/transship/transship/cluster/event"
	"github.com/transship/transship/cluster/find"
	"github.com/transship/transship/cluster/resource"
	"github.com/transship/transship/cluster/status"
)

// Forward lets the published ports of services answer on this machine until the context ends, as published ports do
// with Docker Desktop. A Pod that is replaced is replaced here too: each connection goes to a Pod that is ready then.
func Forward(ctx context.Context, c *api.Conn, project, namespace string, services []string, sink event.Sink) error {
	sink = event.OneAtATime(sink)
	workloads, err := find.Workloads(ctx, c, project, namespace, services)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	p, err := status.Watch(watching, c, project, namespace)
	if err != nil {
		return err
	}
	if err := p.Synced(ctx); err != nil {
		return err
	}
	var running sync.WaitGroup
	for _, w := range workloads {
		f := &forward{client: c, state: p, workload: w, namespace: namespace, sink: sink}
		if err := f.publish(ctx, &running); err != nil {
			return err
		}
	}
	<-ctx.Done()
	running.Wait()
	return context.Cause(ctx)
}

// publish lets the ports of a workload answer, in the background.
func (f *forward) publish(ctx context.Context, running *sync.WaitGroup) error {
	ports, err := resource.PublishedPorts(f.workload)
	if err != nil {
		return err
	}
	for _, port := range ports {
		listener := f.listen(ctx, port)
		if listener == nil {
			continue
		}
		running.Go(func() { f.serve(ctx, listener, port.Target) })
		f.sink.Tell(event.Forwarding{Service: f.service(), Address: listener.Addr().String(), Target: port.Target})
	}
	return nil
}

// forward leads connections to the Pods of one workload.
type forward struct {
	client    *api.Conn
	state     *status.LiveState
	workload  *unstructured.Unstructured
	namespace string
	sink      event.Sink

	mu         sync.Mutex
	pod        string
	connection httpstream.Connection
	requests   int
	complained string // the last complaint
}

func (f *forward) service() string {
	return cmp.Or(f.workload.GetAnnotations()[resource.AnnotationService], f.workload.GetName())
}

// listen opens a published port on this machine, or warns and returns nil.
func (f *forward) listen(ctx context.Context, p resource.PublishedPort) net.Listener {
	if p.Protocol != "" && !strings.EqualFold(p.Protocol, "tcp") {
		f.sink.Warn("%s: port %s/%s is not forwarded: a cluster forwards TCP only", f.service(), p.Published, p.Protocol)
		return nil
	}
	first, last, err := portRange(p.Published)
	if err != nil {
		f.sink.Warn("%s: port %q is not forwarded: %v", f.service(), p.Published, err)
		return nil
	}
	for number := first; number <= last; number++ {
		var listener net.Listener
		var listening net.ListenConfig
		if listener, err = listening.Listen(ctx, "tcp", net.JoinHostPort(p.LocalHost(), strconv.Itoa(number))); err == nil {
			return listener
		}
	}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		f.sink.Warn("%s: port %s is not forwarded: another program on this machine uses it", f.service(), p.Published)
	case errors.Is(err, syscall.EACCES):
		f.sink.Warn("%s: port %s is not forwarded: ports below 1024 need privileges on this machine; publish it as another one, such as 8%03d:%d",
			f.service(), p.Published, first, p.Target)
	default:
		f.sink.Warn("%s: port %s is not forwarded: %v", f.service(), p.Published, err)
	}
	return nil
}

func (f *forward) serve(ctx context.Context, listener net.Listener, target int) {
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		local, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer local.Close()
			defer context.AfterFunc(ctx, func() { local.Close() })()
			if err := f.lead(ctx, local, target); err != nil && ctx.Err() == nil {
				f.complain(target, err)
			}
		}()
	}
}

// complain tells why a connection failed; a browser that tries again and again is answered once.
func (f *forward) complain(target int, err error) {
	message := fmt.Sprintf("%s: connection to port %d: %v", f.service(), target, err)
	f.mu.Lock()
	isNews := f.complained != message
	f.complained = message
	f.mu.Unlock()
	if isNews {
		f.sink.Warn("%s", message)
	}
}

// lead copies one connection to a ready Pod and back.
func (f *forward) lead(ctx context.Context, local net.Conn, target int) error {
	over, data, errorStream, err := f.open(ctx, target)
	if err != nil {
		return err
	}
	defer over.RemoveStreams(data, errorStream)
	refused := make(chan error, 1)
	go func() {
		message, err := io.ReadAll(errorStream)
		if err == nil && len(message) > 0 {
			err = forwardError(strings.TrimSpace(string(message)), target)
		}
		refused <- err
	}()
	go func() {
		_, _ = io.Copy(data, local) // either side ending ends the connection; there is nobody to tell
		data.Close()
	}()
	_, _ = io.Copy(local, data)
	_ = data.Reset()
	err = <-refused
	if err != nil && !errors.As(err, new(notListeningError)) {
		f.hangUp(over)
	}
	return err
}

// notListeningError says that no program in the container listens on a port. Other connections go on.
type notListeningError struct{ port int }

// Error implements error.
func (e notListeningError) Error() string {
	return fmt.Sprintf("nothing in the container listens on port %d", e.port)
}

// forwardError says in a few words what a container runtime says in many: it names processes, files and addresses of
// its own.
func forwardError(message string, target int) error {
	if strings.Contains(message, "connection refused") {
		return notListeningError{target}
	}
	if i := strings.LastIndex(message, ": "); i >= 0 && len(message) > 200 {
		message = message[i+2:]
	}
	return errors.New(message)
}

// open returns the streams of a new connection, over the transport that is there already if it still works.
func (f *forward) open(ctx context.Context, target int) (over httpstream.Connection, data, errorStream httpstream.Stream, err error) {
	for range 2 {
		connection, id, dialErr := f.dial(ctx)
		if dialErr != nil {
			return nil, nil, nil, dialErr
		}
		headers := http.Header{}
		headers.Set(corev1.StreamType, corev1.StreamTypeError)
		headers.Set(corev1.PortHeader, strconv.Itoa(target))
		headers.Set(corev1.PortForwardRequestIDHeader, strconv.Itoa(id))
		if errorStream, err = connection.CreateStream(headers); err == nil {
			errorStream.Close()
			headers.Set(corev1.StreamType, corev1.StreamTypeData)
			if data, err = connection.CreateStream(headers); err == nil {
				return connection, data, errorStream, nil
			}
		}
		f.hangUp(connection)
	}
	return nil, nil, nil, fmt.Errorf("open a stream: %w", err)
}

// hangUp gives up a transport that fails; another one may have taken its place already.
func (f *forward) hangUp(broken httpstream.Connection) {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = broken.Close() // it is given up
	if f.connection == broken {
		f.connection = nil
	}
}

// dial returns a connection to a Pod that is ready now, waiting for one if it must.
func (f *forward) dial(ctx context.Context) (httpstream.Connection, int, error) {
	const patience = 30 * time.Second
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	inUse := f.podInUse() // not under the lock of the live state: somebody may be dialling under this one
	var pod string
	err := f.state.Await(ctx, func() bool {
		pod = f.state.ReadyPod(f.workload, inUse)
		return pod != ""
	})
	if err != nil {
		return nil, 0, fmt.Errorf("no Pod of it is ready: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if f.connection != nil {
		select {
		case <-f.connection.CloseChan():
		default:
			if f.pod == pod {
				return f.connection, f.requests, nil
			}
			_ = f.connection.Close() // its Pod is not the one any more
		}
	}
	connection, err := dialPod(f.client, f.namespace, pod)
	if err != nil {
		f.connection = nil
		return nil, 0, fmt.Errorf("reach pod/%s: %w", pod, err)
	}
	f.pod, f.connection = pod, connection
	return connection, f.requests, nil
}

func (f *forward) podInUse() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pod
}

// dialPod connects to the port forwarding of a Pod: over a WebSocket, or SPDY where the server is too old for it.
func dialPod(c *api.Conn, namespace, pod string) (httpstream.Connection, error) {
	address := c.URL(api.PodPath(namespace, pod, "portforward"), nil)
	transport, upgrader, err := spdy.RoundTripperFor(c.Config)
	if err != nil {
		return nil, err
	}
	dialer := spdy.NewDialerForStreaming(upgrader, &http.Client{Transport: transport}, http.MethodPost, address)
	if socket, err := portforward.NewSPDYOverWebsocketDialerForStreaming(address, c.Config); err == nil {
		dialer = portforward.NewFallbackDialerForStreaming(socket, dialer, func(err error) bool {
			return httpstream.IsUpgradeFailure(err) || httpstream.IsHTTPSProxyError(err)
		})
	}
	connection, _, err := dialer.Dial(portforward.PortForwardProtocolV1Name)
	return connection, err
}
