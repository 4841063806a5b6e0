"""The commands: what is read and said. What they do is in the client."""
