#!/bin/sh
[ -f /kept/done ] || { fill /kept; touch /kept/done; }
[ -f /etc/ssl/openssl.cnf ] && echo found
exec serve
