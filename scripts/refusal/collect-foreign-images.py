"""Collects images that are not chest radiographs, to measure how many a model version refuses.

    pip install pillow numpy nibabel pydicom scikit-learn
    python3 scripts/refusal/collect-foreign-images.py WORK OUT

WORK gets Debian and PyPI packages (about 500 MB, any Debian machine), OUT one folder a kind of image. Nothing here is
used in training: refusal limits are fitted on radiographs alone. Sources: mate-backgrounds, ukui-wallpapers,
plasma-workspace-wallpapers, tuxpaint-stamps-default (photographs), openclipart-png (drawings), mricron-data,
invesalius-examples (MR and CT volumes), pydicom, nilearn, scikit-image (sample images). Volumes are cut into slices,
and the CT of a skull and the MR heads are also projected along an axis, which looks much like a radiograph.
"""

import io
import random
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pydicom
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits, load_sample_images

debian = [
    "mate-backgrounds", "ukui-wallpapers", "plasma-workspace-wallpapers", "tuxpaint-stamps-default",
    "openclipart-png", "mricron-data", "invesalius-examples",
]
python = ["pydicom", "nilearn", "scikit-image"]
drawn = random.Random(1)
noise = np.random.default_rng(1)


def fetch(work: Path) -> None:
    for name in debian:
        if not (work / name).exists():
            subprocess.run(["apt-get", "download", name], cwd=work, check=True, stdout=subprocess.DEVNULL)
            subprocess.run(["dpkg", "-x", next(work.glob(f"{name}_*.deb")), work / name], check=True)
    for name in python:
        if not (work / f"py-{name}").exists():
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", work, name], check=True)
            wheel = next(work.glob(f"{name.replace('-', '_')}-*.whl"))
            zipfile.ZipFile(wheel).extractall(work / f"py-{name}")


def save(out: Path, kind: str, image: Image.Image) -> None:
    folder = out / kind
    folder.mkdir(parents=True, exist_ok=True)
    image.thumbnail((1024, 1024))
    image.save(folder / f"{sum(1 for _ in folder.iterdir()):04}.png")


def flatten(image: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", image.size, drawn.choice(["white", "black"]))
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def pictures(paths, count: int, smallest: int):
    paths = sorted(paths)
    drawn.shuffle(paths)
    for path in paths:
        if count == 0:
            return
        try:
            image = Image.open(path)
            image.load()
        except Exception:
            continue
        if min(image.size) >= smallest:
            count -= 1
            yield flatten(image)


def gray_levels(plane: np.ndarray) -> Image.Image:
    low, high = np.percentile(plane, [0.5, 99.5])
    levels = np.clip((plane - low) / max(high - low, 1e-6), 0, 1) * 255
    return Image.fromarray(levels.astype(np.uint8))


def volume_images(out: Path, name: str, volume: np.ndarray, slices: int) -> None:
    """Slices along every axis, and projections along rotated ones."""
    for axis in range(3):
        depth = volume.shape[axis]
        for index in np.linspace(depth * 0.15, depth * 0.85, slices).astype(int):
            save(out, f"{name}-slices", gray_levels(np.rot90(np.take(volume, index, axis))))
        positive = volume - volume.min()
        for part in [(0, 1), (0.1, 0.9), (0.3, 1), (0, 0.7)]:
            first, last = (int(depth * edge) for edge in part)
            slab = np.take(positive, range(first, last), axis).astype(np.float64)
            save(out, f"{name}-projections", gray_levels(np.rot90(slab.mean(axis))))
            save(out, f"{name}-projections", gray_levels(np.rot90(slab.max(axis))))
            save(out, f"{name}-projections", gray_levels(-np.rot90(slab.mean(axis))))


def read_ct(archive: Path) -> np.ndarray:
    """The volume of an InVesalius project: a raw int16 matrix with its shape in main.plist."""
    import plistlib

    with tarfile.open(archive) as tar:
        members = {Path(item.name).name: item for item in tar.getmembers()}
        info = plistlib.loads(tar.extractfile(members["main.plist"]).read())
        shape = info["matrix"]["shape"]
        return np.frombuffer(tar.extractfile(members["matrix.dat"]).read(), np.int16).reshape(shape)


def medical(work: Path, out: Path) -> None:
    ct = read_ct(next((work / "invesalius-examples").rglob("Cranium.inv3")))
    volume_images(out, "ct-skull", np.clip(ct[::, ::2, ::2], -1000, 2000), 24)
    heads = [
        next((work / "mricron-data").rglob("ch2.nii.gz")),
        next((work / "mricron-data").rglob("inia19-t1-brain.nii.gz")),
        next((work / "py-nilearn").rglob("mni_icbm152_t1*.nii.gz")),
    ]
    for path in heads:
        volume_images(out, "mr-head", np.asarray(nibabel.load(path).dataobj, np.float32).squeeze(), 12)
    for path in sorted((work / "py-pydicom").rglob("*.dcm")):
        try:
            dataset = pydicom.dcmread(path)
            pixels = dataset.pixel_array
        except Exception:
            continue
        if dataset.get("NumberOfFrames", 1) not in (1, None, ""):
            pixels = pixels[0]
        if min(pixels.shape[:2]) >= 60 and dataset.get("Modality") not in ("CR", "DX"):
            save(out, "dicom-samples", gray_levels(pixels if pixels.ndim == 2 else pixels[..., :3].mean(-1)))


def synthetic(out: Path) -> None:
    for i in range(60):
        side = 256
        y, x = np.mgrid[0:side, 0:side] / side
        white = noise.random((side, side))
        coarse = np.kron(noise.random((8 + i % 24, 8 + i % 24)), np.ones((32, 32)))[:side, :side]
        smooth = np.asarray(
            Image.fromarray((noise.random((3 + i % 9, 3 + i % 9)) * 255).astype(np.uint8)).resize((side, side), Image.BICUBIC)
        )
        ramp = x * np.cos(i) + y * np.sin(i)
        waves = np.sin((x * np.cos(i) + y * np.sin(i)) * (10 + 3 * i))
        for plane in (white, coarse, smooth, ramp, waves):
            save(out, "noise-and-patterns", gray_levels(plane + 1e-3 * white))
    for level in (0, 40, 128, 255):
        save(out, "noise-and-patterns", Image.new("L", (300, 260), level))


def documents(out: Path) -> None:
    """Pages of text, tables and boxes, light and dark: what a screenshot of a program or a letter looks like."""
    words = "patient report image file open edit view window table value name date result help save print".split()
    for i in range(120):
        dark = i % 3 == 0
        page = Image.new("L", drawn.choice([(800, 1000), (1280, 800), (390, 844)]), 20 if dark else 255)
        pen = ImageDraw.Draw(page)
        ink = 220 if dark else 10
        for _ in range(drawn.randint(2, 9)):
            x, y = drawn.randint(0, 600), drawn.randint(0, 700)
            pen.rectangle([x, y, x + drawn.randint(60, 500), y + drawn.randint(30, 300)], outline=ink, fill=drawn.choice([None, 60, 128, 200]))
        for y in range(20, page.height - 20, drawn.choice([14, 18, 26])):
            line = " ".join(drawn.choice(words) for _ in range(drawn.randint(3, 18)))
            pen.text((drawn.randint(10, 60), y), line, fill=ink)
        save(out, "documents-and-screens", page)


def main() -> None:
    work, out = map(Path, sys.argv[1:3])
    work.mkdir(parents=True, exist_ok=True)
    fetch(work)
    photographs = [p for name in debian[:3] for p in (work / name).rglob("*.*") if p.suffix in (".png", ".jpg")]
    for image in pictures(photographs, 200, 300):
        save(out, "photographs", image)
    for image in pictures((work / "tuxpaint-stamps-default").rglob("*.png"), 500, 60):
        save(out, "objects-and-animals", image)
    for image in pictures((work / "openclipart-png").rglob("*.png"), 500, 100):
        save(out, "drawings", image)
    for image in pictures((work / "py-scikit-image").rglob("*.*"), 40, 100):
        save(out, "textures-and-samples", image)
    for array in load_sample_images().images:
        save(out, "textures-and-samples", Image.fromarray(array))
    for array in load_digits().images[:60]:
        save(out, "drawings", gray_levels(np.kron(array, np.ones((24, 24)))))
    medical(work, out)
    synthetic(out)
    documents(out)
    for folder in sorted(out.iterdir()):
        print(f"{folder.name}\t{sum(1 for _ in folder.iterdir())}")


main()
