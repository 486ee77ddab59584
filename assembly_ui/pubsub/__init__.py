"""Topics: announced and heard within a process, or through Valkey."""
