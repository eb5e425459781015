#!/bin/sh
exec mongod --bind_ip_all
