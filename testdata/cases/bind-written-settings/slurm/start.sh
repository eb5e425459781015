#!/bin/bash
set -e
cat <<EOF > /etc/slurm/slurmdbd.conf
DbdHost=localhost
EOF
exec "$@"
