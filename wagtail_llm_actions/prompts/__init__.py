"""From a template and the variables of one object to the text that is sent."""
