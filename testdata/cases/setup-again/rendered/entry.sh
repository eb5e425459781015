#!/bin/sh
TEMPLATE_FILE="/opt/app/app.tmpl"
OUT=/opt/app/app.conf
if [ ! -f "$TEMPLATE_FILE" ]; then cp "$OUT" "$TEMPLATE_FILE"; fi
envsubst < "$TEMPLATE_FILE" > "$OUT"
exec httpd -f
