"""`clearspan export` and `clearspan import`: data on its way out and in, through the API's ordinary doors."""
