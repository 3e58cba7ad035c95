"""What the utility knows, and how it is found: articles → index → retrieve → cite."""
