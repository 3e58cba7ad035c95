"""The Rasa project. Lives in an environment of its own (Python 3.10); see pyproject.toml beside this file."""
