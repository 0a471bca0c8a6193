"""What dialogue does: answer turns, admit a failure, say what was awaited."""
