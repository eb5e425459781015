# who may call
allow 198.51.100.0/24;
deny all;
