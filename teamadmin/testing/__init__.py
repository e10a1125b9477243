"""Tools for tests: services, a mail server, a worker, the demo and a browser. The product never imports them."""
