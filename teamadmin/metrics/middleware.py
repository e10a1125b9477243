"""Answer /metrics, and measure all other requests with django-prometheus."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django_prometheus.middleware import PrometheusAfterMiddleware

from teamadmin.metrics import access, facts

PATH = "/metrics"


class EndpointMiddleware:
    """Respond to /metrics before all other middlewares: a scrape needs no allowed host, session or https."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        facts.register()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != PATH:
            return self.get_response(request)
        status = access.status_for(request.method or "", request.headers.get("Authorization", ""))
        response = HttpResponse(access.render() if status == 200 else b"", status=status)
        response["Content-Type"] = access.CONTENT_TYPE
        response["Cache-Control"], response["X-Content-Type-Options"] = "no-store", "nosniff"
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        response._has_been_logged = True
        return response


class MeasureMiddleware(PrometheusAfterMiddleware):
    """Count requests and responses and measure latency, by view name, method and status.

    django-prometheus puts it last. Here it follows PrometheusBeforeMiddleware, so that it also counts what other
    middlewares answer, such as 503 while the database is down.
    """

    def label_metric(self, metric: Any, request: HttpRequest, response: Any = None, **labels: str) -> Any:
        """Use "<invalid method>" for methods that a client invented. django-prometheus 2.5 forgets it for latency."""
        if "method" in labels:
            labels["method"] = self._method(request)
        return super().label_metric(metric, request, response, **labels)

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Count exceptions by type. process_response measures the latency; the original would measure it twice."""
        self.metrics.exceptions_by_type.labels(type=type(exception).__name__).inc()
        self.metrics.exceptions_by_view.labels(view=self._get_view_name(request)).inc()
