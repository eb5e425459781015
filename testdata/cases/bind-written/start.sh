#!/bin/sh
set -e
sed -i s/port=1/port=2/ /etc/app/app.ini
exec serve
