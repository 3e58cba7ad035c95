"""Chinese text without a model, and the sentence encoder. Runs on Python 3.10 (assistant) and 3.11 (service)."""
