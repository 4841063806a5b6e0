"""The seed's models and what a group adds to them: frozen, closed, validated."""
