"""The conversation: language, assistant, gateway, channels and pages."""
