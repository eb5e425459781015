create table notes ();
