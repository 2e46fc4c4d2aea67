"""Makes a screenshot small: at most 256 colours, which an interface of flat areas hardly exceeds.

A browser decodes the picture and counts its colours; what it answers is written here.
"""

import base64
import struct
import zlib

from playwright.sync_api import Browser

# Colours nearer to each other than this, squared in RGB, are one; the most frequent is kept.
_SAME = 60
_INDEXED = """
async ([png, same]) => {
  const file = await fetch(`data:image/png;base64,${png}`);
  const image = await createImageBitmap(await file.blob());
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext("2d");
  canvas.drawImage(image, 0, 0);
  const pixels = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);

  const palette = [];
  const nearest = pixel => {
    const [red, green, blue] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
    let place = -1, least = Infinity;
    palette.forEach(([r, g, b], at) => {
      const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (distance < least) [place, least] = [at, distance];
    });
    if (least > same && palette.length < 256) place = palette.push([red, green, blue]) - 1;
    return place;
  };
  const places = new Map();
  for (const [pixel] of [...counts].sort((one, other) => other[1] - one[1])) {
    places.set(pixel, nearest(pixel));
  }
  const indices = Uint8Array.from(pixels, pixel => places.get(pixel));
  return { width, height, palette: palette.flat(), indices: indices.toBase64() };
}
"""


def small_png(browser: Browser, png: bytes) -> bytes:
    """The picture with a palette. Format: https://www.w3.org/TR/png-3/."""
    page = browser.new_page()
    found = page.evaluate(_INDEXED, [base64.b64encode(png).decode(), _SAME])
    page.close()
    width, height = found["width"], found["height"]
    indices = base64.b64decode(found["indices"])
    # Each row begins with its filter, 0 for none: indices do not profit from one.
    rows = b"".join(b"\0" + indices[at : at + width] for at in range(0, len(indices), width))
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(found["palette"])),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
