"""How each kind of operation is run, up to the point where a process has to be started."""
