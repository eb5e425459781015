package registry

import (
	"os"
	"path/filepath"
)

// podmanKeychain finds credentials where podman keeps them. The default keychain does so only where docker has no file.
// Source: https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
type podmanKeychain struct{}

func podmanFiles() []string {
	if file := os.Getenv("REGISTRY_AUTH_FILE"); file != "" {
		return []string{file}
	}
	var files []string
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		files = append(files, filepath.Join(dir, "containers", "auth.json"))
	}
	if dir, err := os.UserConfigDir(); err == nil {
		files = append(files, filepath.Join(dir, "containers", "auth.json"))
	}
	return files
}
