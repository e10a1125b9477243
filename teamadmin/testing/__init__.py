"""What the tests run on: services, a mail server, a worker, the demo, a browser. Never imported by the product."""
