package node

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"

	"github.com/transship/transship/test/cluster/images"
)

// registryAddress is where, inside the namespaces, the registry answers that stands for all others.
const registryAddress = "127.0.0.1:5000"

// startRegistry keeps images in memory until ctx ends. The host pushes to it through a listener of its own.
func startRegistry(ctx context.Context, background Background) error {
	listener, err := net.Listen("tcp", registryAddress)
	if err != nil {
		return fmt.Errorf("listen for image pulls: %w", err)
	}
	host, err := net.FileListener(os.NewFile(registryFD, "registry"))
	if err != nil {
		return fmt.Errorf("use the host's listener for images: %w", err)
	}
	server := &http.Server{
		Handler:           registry.New(registry.Logger(log.New(io.Discard, "", 0))),
		ReadHeaderTimeout: time.Minute,
	}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	for _, l := range []net.Listener{listener, host} {
		background("registry", func() error {
			if err := server.Serve(l); ctx.Err() == nil {
				return fmt.Errorf("serve images: %w", err)
			}
			return nil
		})
	}
	return nil
}

// loadOwnImages offers the images that every node has.
func loadOwnImages(bin string) error {
	own, err := images.Own(bin)
	if err != nil {
		return err
	}
	for _, image := range own {
		if err := images.Push(registryAddress, image); err != nil {
			return err
		}
	}
	return nil
}

// LoadImages offers the images of an archive to the node, under all the names the archive gives them.
func LoadImages(archive string) error {
	found, err := images.Read(archive)
	if err != nil {
		return fmt.Errorf("read %s: %w", filepath.Base(archive), err)
	}
	for _, image := range found {
		if err := images.Push(registryAddress, image); err != nil {
			return err
		}
	}
	return nil
}
