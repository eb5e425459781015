package registryclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// certificateDirs are where Docker and Podman look for certificates of registries: below each one is a folder with the name
// of a registry, with its port if it has one.
// Source: https://docs.docker.com/engine/security/certificates/ and
// https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
func certificateDirs() []string {
	var dirs []string
	if own, err := os.UserConfigDir(); err == nil {
		dirs = append(dirs, filepath.Join(own, "containers", "certs.d"), filepath.Join(own, "docker", "certs.d"))
	}
	return append(dirs, "/etc/containers/certs.d", "/etc/docker/certs.d")
}

// CertificateFile is where the certificate of the authority of a registry is put so that Docker and this program trust it.
func CertificateFile(host string) string {
	return filepath.Join("/etc/docker/certs.d", host, "ca.crt")
}

// to returns the transport to a host, with the certificates that there are for it.
func (t *transport) to(host string) (http.RoundTripper, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	own, known := t.own[host]
	if !known {
		config, err := certificatesOf(host)
		if err != nil {
			return nil, err
		}
		if config != nil {
			own = t.usual.Clone()
			own.TLSClientConfig = config
		}
		t.own[host] = own
	}
	if own == nil {
		return t.usual, nil
	}
	return own, nil
}

// certificatesOf reads the certificates for a registry from the first folder that is there: *.crt are authorities, *.cert
// with *.key what this machine shows of itself. Nil is that there are none.
func certificatesOf(host string) (*tls.Config, error) {
	if strings.ContainsAny(host, `/\`) || strings.Trim(host, ".") == "" {
		return nil, nil
	}
	for _, dir := range certificateDirs() {
		files, err := os.ReadDir(filepath.Join(dir, host))
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) || len(files) == 0 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the certificates for %s: %w", host, err)
		}
		return readCertificates(filepath.Join(dir, host), files)
	}
	return nil, nil
}

func readCertificates(dir string, files []os.DirEntry) (*tls.Config, error) {
	authorities, err := x509.SystemCertPool()
	if err != nil {
		authorities = x509.NewCertPool()
	}
	config := &tls.Config{RootCAs: authorities, MinVersion: tls.VersionTLS12}
	for _, f := range files {
		path := filepath.Join(dir, f.Name())
		switch filepath.Ext(f.Name()) {
		case ".crt":
			text, err := os.ReadFile(path)
			if err != nil {
				return nil, fmt.Errorf("read the certificate of a registry: %w", err)
			}
			if !authorities.AppendCertsFromPEM(text) {
				return nil, fmt.Errorf("%s holds no certificate in PEM form", path)
			}
		case ".cert":
			pair, err := tls.LoadX509KeyPair(path, strings.TrimSuffix(path, ".cert")+".key")
			if err != nil {
				return nil, fmt.Errorf("read the certificate for a registry: %w", err)
			}
			config.Certificates = append(config.Certificates, pair)
		}
	}
	return config, nil
}
