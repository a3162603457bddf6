"""The durable work behind the chat: connect, deploy, undo, rotate, destroy, and the quick commands to a Worker."""
