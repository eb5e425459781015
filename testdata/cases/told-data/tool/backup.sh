#!/bin/sh
while true; do mysqldump -h "$DB_HOST" --all-databases > /backups/all.sql; sleep 3600; done
