/bin/wget -q -O - http://web:8080/
exec /bin/sleep 3600
