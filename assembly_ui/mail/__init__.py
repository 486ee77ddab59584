"""Room of messages, the outbox they wait in, the transports they leave by."""
