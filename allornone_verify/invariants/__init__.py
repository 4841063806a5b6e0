"""What must always hold, one module a family; each invariant is a pure function from a group's story to breaks."""
