"""Reference values for lib/xray, made with Pillow 13.0.0 and numpy 2.4.6:

    python3 lib/xray/__fixtures__/make-pillow-goldens.py

writes pillow-resize.json (Image.resize with BILINEAR) and pillow-decode.json (small files of every kind,
base64, with the grayscale that Pillow reads from them).
"""

import base64
import io
import json
import pathlib

import numpy as np
from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
random = np.random.default_rng(7)


def write(name, value):
    (here / name).write_text(json.dumps(value, separators=(",", ":")) + "\n")


def scene(width, height):
    """Smooth waves, a hard edge and some noise, in three channels."""
    y, x = np.mgrid[0:height, 0:width]
    waves = 127 + 90 * np.sin(x[..., None] / (3, 5, 9)) * np.cos(y[..., None] / (4, 7, 5))
    waves[:, width // 3 : width // 2] += 70
    return np.clip(waves + random.normal(0, 12, waves.shape), 0, 255).astype(np.uint8)


def resize_cases():
    sizes = [(37, 53, 16, 16), (5, 7, 11, 13), (64, 3, 7, 9), (40, 30, 40, 11), (30, 40, 12, 40), (1, 1, 4, 4)]
    for width, height, to_width, to_height in sizes:
        source = random.integers(0, 256, (height, width), dtype=np.uint8)
        resized = Image.fromarray(source).resize((to_width, to_height), Image.BILINEAR)
        yield {
            "width": width,
            "height": height,
            "source": source.ravel().tolist(),
            "toWidth": to_width,
            "toHeight": to_height,
            "resized": np.asarray(resized).ravel().tolist(),
        }


def decode_case(name, image, expected=None, **options):
    file = io.BytesIO()
    image.save(file, **options)
    if expected is None:
        read = Image.open(io.BytesIO(file.getvalue()))
        expected = np.asarray(ImageOps.exif_transpose(read).convert("L"))
    height, width = expected.shape
    return {
        "name": name,
        "file": base64.b64encode(file.getvalue()).decode(),
        "width": width,
        "height": height,
        "gray": np.asarray(expected).ravel().tolist(),
    }


def decode_cases():
    colour = Image.fromarray(scene(21, 14))
    gray = colour.convert("L")
    yield decode_case("gray JPEG", gray, format="JPEG", quality=90)
    yield decode_case("colour JPEG, 4:2:0", colour, format="JPEG", quality=90, subsampling=2)
    yield decode_case("colour JPEG, 4:4:4", colour, format="JPEG", quality=90, subsampling=0)
    yield decode_case("RGB JPEG without YCbCr", colour, format="JPEG", quality=90, keep_rgb=True)
    yield decode_case("progressive colour JPEG", colour, format="JPEG", quality=90, progressive=True)
    yield decode_case("progressive gray JPEG", gray, format="JPEG", quality=90, progressive=True)
    yield decode_case("JPEG with restart markers", gray, format="JPEG", quality=90, restart_marker_blocks=1)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        yield decode_case(f"JPEG, EXIF orientation {orientation}", gray, format="JPEG", quality=90, exif=exif)
    yield decode_case("PNG, EXIF orientation 6", gray, format="PNG", exif=exif_with(6))
    yield decode_case("8-bit gray PNG", gray, format="PNG")
    yield decode_case("8-bit RGB PNG", colour, format="PNG")
    yield decode_case("1-bit PNG", gray.convert("1"), format="PNG")
    for bits in (1, 2, 4, 8):
        palette = colour.quantize(2**bits)
        yield decode_case(f"{bits}-bit palette PNG", palette, format="PNG", bits=bits)
    # Pillow would clip 16 bits instead of scaling them: the reference is plain arithmetic.
    deep = random.integers(0, 65536, (9, 12), dtype=np.uint16)
    yield decode_case("16-bit gray PNG", Image.fromarray(deep), deep / 257, format="PNG")
    # Nor does it lay transparency over black.
    alpha = random.integers(0, 256, (14, 21), dtype=np.uint8)
    over = np.floor(np.asarray(gray) * (alpha / 255.0) + 0.5)
    yield decode_case("gray and alpha PNG", Image.merge("LA", (gray, Image.fromarray(alpha))), over, format="PNG")
    rgba = Image.merge("RGBA", (*colour.split(), Image.fromarray(alpha)))
    yield decode_case("RGBA PNG", rgba, over, format="PNG")
    key = int(np.asarray(gray)[0, 0])
    hidden = np.where(np.asarray(gray) == key, 0, np.asarray(gray))
    yield decode_case("gray PNG with a transparent level", gray, hidden, format="PNG", transparency=key)


def exif_with(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def cmyk_file():
    file = io.BytesIO()
    Image.fromarray(scene(21, 14)).convert("CMYK").save(file, "JPEG")
    return base64.b64encode(file.getvalue()).decode()


write("pillow-resize.json", list(resize_cases()))
write("pillow-decode.json", {"cases": list(decode_cases()), "cmykJpeg": cmyk_file()})
