"""What people paste: reading keys out of it, and noticing keys where none belong. Pure; nothing here does I/O."""
