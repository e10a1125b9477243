"""Building what the API returns from rows, with a fixed number of queries per page."""
