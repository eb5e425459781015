set -e
exec python "$@"
