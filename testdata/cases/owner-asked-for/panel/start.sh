#!/bin/sh
exec panel
