/** What the exporter takes of PixiJS, made fit for a worker under a policy without eval. Loaded when an export first draws with it. */
import 'pixi.js/unsafe-eval'; // despite its name: shaders and uniforms without any
import { DOMAdapter, WebWorkerAdapter } from 'pixi.js';

export { Color, Geometry, GlProgram, ImageSource, Shader, State, TextureSource, UniformGroup, WebGLRenderer } from 'pixi.js';

DOMAdapter.set(WebWorkerAdapter);
