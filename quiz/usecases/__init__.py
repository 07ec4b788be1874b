"""What people do, one function each. Session, actor, time and chance come in as arguments; nothing here commits, reads files or knows the web."""
