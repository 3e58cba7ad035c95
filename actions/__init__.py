"""What gets done: the desk, its ports, and the handlers that the dialogue calls."""
