"""Which node runs when: a plan and a pure state machine, events in, instructions out."""
