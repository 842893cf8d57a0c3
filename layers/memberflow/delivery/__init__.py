"""From a released message to a channel: gates, rendering, the call, and what became of it."""
