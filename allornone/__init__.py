"""The domain: what strategies and venue authors import."""
