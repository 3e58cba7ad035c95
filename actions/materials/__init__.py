"""Papers that customers send as a photo or a PDF: known by their bytes, looked at for legibility, made anew as bare pictures.

`apart.look_apart` is the door: it does the work in a process of its own, which may neither grow nor run for long.
"""
