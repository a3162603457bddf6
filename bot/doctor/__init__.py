"""`soar doctor`: looks at everything a running Soar depends on, changes nothing, and says what to do."""
