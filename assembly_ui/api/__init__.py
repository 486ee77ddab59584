"""What other programs call: OAuth 2 and the REST API."""
