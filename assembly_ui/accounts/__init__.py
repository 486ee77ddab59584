"""Room of people: sign-up, confirmation, log-in sessions, passwords, throttles."""
