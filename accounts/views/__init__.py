"""Views of the user's own account, which apply in every organization."""
