#!/bin/sh
set -e
if [ -n "${KUBERNETES_SERVICE_HOST:-}" ]; then
  NS="${POD_NAMESPACE:-default}"
  SUFFIX=".${NS}.svc.cluster.local"
else
  SUFFIX=""
fi
echo "peers end with $SUFFIX"
exec "$@"
