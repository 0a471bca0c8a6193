"""The pure part of dialogue: what a message means, what is decided, and what is said."""
