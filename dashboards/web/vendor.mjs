// Copies the few files the pages need to ../assets/vendor, each with a gzip and a brotli copy made
// once here, so that no request pays for compression.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const from = join(here, "node_modules");
const to = join(here, "..", "assets", "vendor");

const files = [
  "plotly.js-cartesian-dist-min/plotly-cartesian.min.js",
  "plotly.js-cartesian-dist-min/LICENSE",
  "maplibre-gl/dist/maplibre-gl.mjs",
  "maplibre-gl/dist/maplibre-gl-shared.mjs",
  "maplibre-gl/dist/maplibre-gl-worker.mjs",
  "maplibre-gl/dist/maplibre-gl.css",
  "maplibre-gl/LICENSE.txt",
];

rmSync(to, { recursive: true, force: true });
for (const file of files) {
  const folder = join(to, file.split("/")[0].replace("-cartesian-dist-min", ""));
  const target = join(folder, basename(file));
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(from, file), target);
  if (/\.(js|mjs|css)$/.test(file)) {
    const bytes = readFileSync(target);
    writeFileSync(`${target}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(
      `${target}.br`,
      brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    );
  }
}
