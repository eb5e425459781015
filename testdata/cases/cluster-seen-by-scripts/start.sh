#!/bin/sh
# KUBERNETES_SERVICE_HOST is there in a cluster.
unset KUBERNETES_SERVICE_HOST KUBERNETES_PORT
if [ -f /var/run/secrets/kubernetes.io/serviceaccount/namespace ]; then
  NAMESPACE=$(cat /var/run/secrets/kubernetes.io/serviceaccount/namespace)
fi
exec serve --namespace "$NAMESPACE"
