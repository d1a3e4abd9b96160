"""What whoever can reach a port may send it, by the thousand: nothing fails, nothing is slow, nothing is lost."""
