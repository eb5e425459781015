#!/bin/sh
until mysqladmin ping -h db; do sleep 1; done
mysql -h db < /x.sql
sleep infinity
