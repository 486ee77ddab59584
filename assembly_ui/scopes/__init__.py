"""What an app may be allowed to read: the scopes, as data in one place. Pure."""
