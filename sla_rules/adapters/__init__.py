"""The data that people have: the conventions of products, recognised and read as events; calendars of maintenance."""
