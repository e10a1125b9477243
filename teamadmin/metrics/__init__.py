"""Metrics for Prometheus. docs/operating.md lists them, and says what each alarm means.

Each web process answers /metrics (middleware). Workers and beat listen on METRICS_PORT (exporter). All need
METRICS_TOKEN.
"""
