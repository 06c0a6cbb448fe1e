"""What is served or heard over HTTP: /metrics and /healthz, the callback of WebSub hubs, the pages. It asks services, and never
the command line.
"""
