# Titles for bare HTTP statuses, where no code has a text of its own.

status-400 = The request is not valid
status-401 = Sign in first
status-403 = Not allowed
status-404 = Not found
status-409 = Conflict
status-410 = Gone
status-429 = Too many requests
status-500 = An unexpected fault
status-502 = Another service failed
status-503 = Please try again in a moment
