#!/bin/sh
exec serve
