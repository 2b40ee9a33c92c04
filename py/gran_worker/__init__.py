"""The exporter's engine: a timeline snapshot in, a media file out."""
