"""Screens and endpoints in the Wagtail admin: parse requests, call the layers below, render responses."""
