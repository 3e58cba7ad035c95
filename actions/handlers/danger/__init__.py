"""Danger to life in the conversation: which kind it is, the lines that fit it, its form, and what comes after the ticket is filed."""
