"""What to do next: a pure function of the plan and of what happened so far.

No Temporal, no clock, no input or output, so that a million schedules can be tried in minutes and any shell can drive
it. A shell repeats: `elapse` the time that passed, take a `turn`, do its step, `observe` the answer; and hands in
commands when they come.
"""
