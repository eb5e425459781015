#!/bin/sh
/opt/mssql/bin/sqlservr &
sleep 20
/opt/mssql-tools/bin/sqlcmd -S localhost -i /init.sql
wait
