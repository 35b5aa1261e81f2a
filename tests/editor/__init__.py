"""What the widget asks for on edit and create forms."""
