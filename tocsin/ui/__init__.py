"""What every screen is made of: base templates, components, template tags, charts and the words around them.

It knows no room. What the rail shows is asked of `settings.UI_NAVIGATION`, which main provides. The styles and scripts
live in `frontend/` and arrive here, built, under `static/dist`.

Read first: `components` (the values screens hand over), `templatetags/ui` (the tags), `templates/ui/base.html`.
"""
