"""The Jupyter server extension: REST API and websocket over the services."""
