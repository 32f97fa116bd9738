"""Where jobs run: the backends, behind one contract."""
