"""Counters that any app increments. teamadmin.metrics serves them.

Label values come from the code, never from a request: each value is a time series that Prometheus keeps.
"""

from prometheus_client import Counter, disable_created_metrics

# A second series per counter with the time of its creation. Prometheus needs none to see a restart.
disable_created_metrics()
SIGN_IN_FAILURES = Counter("teamadmin_sign_in_failures", "Failed sign-ins, by reason.", ["reason"])
SECURITY_EVENTS = Counter("teamadmin_security_events", "Security events, by action.", ["action"])
CACHE_FAILURES = Counter("teamadmin_cache_failures", "Times that the cache in Redis didn't work.")
BROKER_FAILURES = Counter("teamadmin_broker_failures", "Tasks that the broker didn't accept. The sweep finds the work.")
