package build

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"

	"github.com/transship/transship/internal/registryclient"
)

// registryPatience is how long a registry may take to answer one question.
const registryPatience = 5 * time.Second

// inRegistry reports whether a registry has an image, with the logins of docker and podman. A registry that does not
// answer has none.
func inRegistry(ctx context.Context, image string) bool {
	return head(ctx, image, remote.WithAuthFromKeychain(registryclient.Keychain{})) == nil
}

// wantsLogin reports whether a registry refuses an image to those without a login.
func wantsLogin(ctx context.Context, ref string) bool {
	refusal := (*transport.Error)(nil)
	err := head(ctx, ref, remote.WithAuth(authn.Anonymous))
	return errors.As(err, &refusal) && (refusal.StatusCode == http.StatusUnauthorized || refusal.StatusCode == http.StatusForbidden)
}

func head(ctx context.Context, image string, auth remote.Option) error {
	ref, err := name.ParseReference(image, name.WeakValidation)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, registryPatience)
	defer stop()
	_, err = remote.Head(ref, auth, remote.WithContext(ctx), remote.WithTransport(registryclient.NewTransport(registryPatience)),
		remote.WithRetryStatusCodes(), remote.WithRetryBackoff(remote.Backoff{Steps: 1}))
	return err
}
