//! The bundled fixers, as the components in `dist/`.
