from workspace.views.home import homepage, preferences, workspace

__all__ = ["homepage", "preferences", "workspace"]
