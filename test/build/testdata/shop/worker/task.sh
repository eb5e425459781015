echo "$GREETING from the worker: $(/bin/busybox wget -q -O - http://web:8080/)"
exec /bin/busybox sleep 3600
