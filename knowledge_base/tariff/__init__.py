"""What electricity costs a household: the tariffs of the provinces, and arithmetic that can be shown line by line."""
