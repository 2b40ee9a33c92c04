"""The only code that knows it is in a browser: adapters of the core's ports to WebCodecs, OffscreenCanvas, mediabunny and files."""
