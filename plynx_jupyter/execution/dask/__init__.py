"""The backend that runs jobs on a Dask distributed cluster."""
