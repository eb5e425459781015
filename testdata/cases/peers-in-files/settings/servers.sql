CREATE SERVER a FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'joined', dbname 'plugin');
CREATE SERVER b FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'foreign', port '5433');
