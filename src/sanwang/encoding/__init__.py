"""The sentence encoder that ships, and the model it runs."""
