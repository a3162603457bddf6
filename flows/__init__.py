"""What the conversation is: states, events and effects. Pure: no I/O, standard library only."""
