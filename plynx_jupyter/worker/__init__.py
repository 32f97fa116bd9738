"""What happens on a worker: work folder, child processes, logs, kernels; no database, no Dask."""
