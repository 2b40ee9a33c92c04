"""The preview: what an export would show and sound like, now, at any place of the timeline."""
