"""Functions that turn rows into the API's resources, with a fixed number of queries per page."""
