"""What an exchange lets an account do in how long, kept to by every worker of a host together."""
