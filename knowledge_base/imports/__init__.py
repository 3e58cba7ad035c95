"""Drafts of articles out of documents that already exist. What is read is never served before an editor has finished it."""
