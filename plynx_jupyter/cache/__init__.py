"""What a result depends on, as a key and as components that explain a miss; pure, no store."""
