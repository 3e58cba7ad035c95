"""The action webhook's side: slots to calls on the desk and the knowledge base, and back to words."""
