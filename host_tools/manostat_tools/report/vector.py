"""A drawing of matplotlib as vectors on a page of reportlab, with real text.

Matplotlib hands every line and area to a renderer as paths. This one passes them on to the canvas
of the PDF, so that no second library is needed and nothing is a picture of dots.
"""

from typing import Any

from matplotlib.backend_bases import FigureCanvasBase, GraphicsContextBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.path import Path
from matplotlib.transforms import Affine2D
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

POINTS_PER_INCH = 72


class VectorFigure(Flowable):
    """`drawing` in the flow of a document, scaled to `width` points; `font` is a registered one."""

    def __init__(self, drawing: Figure, width: float, font: str) -> None:
        super().__init__()
        self.drawing = drawing
        self.font = font
        inches_wide, inches_high = drawing.get_size_inches()
        self._scale = width / (inches_wide * POINTS_PER_INCH)
        self.width = width
        self.height = inches_high * POINTS_PER_INCH * self._scale

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        canvas: Canvas = self.canv
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        dpi, backend = self.drawing.dpi, self.drawing.canvas
        FigureCanvasBase(self.drawing)
        self.drawing.dpi = POINTS_PER_INCH
        self.drawing.draw(_Renderer(canvas, self.drawing, self.font))
        self.drawing.dpi = dpi
        self.drawing.set_canvas(backend)
        canvas.restoreState()


class _Renderer(RendererBase):
    """One unit is one point."""

    def __init__(self, canvas: Canvas, drawing: Figure, font: str) -> None:
        super().__init__()
        self._canvas = canvas
        self._font = font
        wide, high = (float(inch) * POINTS_PER_INCH for inch in drawing.get_size_inches())
        self._size = (wide, high)

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._size

    def points_to_pixels(self, points: Any) -> Any:
        return points

    def flipy(self) -> bool:
        return False

    def draw_path(
        self, gc: GraphicsContextBase, path: Path, transform: Any, rgb_face: Any = None
    ) -> None:
        canvas = self._canvas
        canvas.saveState()
        self._clip(gc)
        width = gc.get_linewidth()
        strokes = bool(width) and gc.get_rgb()[3] > 0
        if strokes:
            _set_line(canvas, gc, width)
        fills = rgb_face is not None and (len(rgb_face) < 4 or rgb_face[3] > 0)
        if fills:
            forced = gc.get_forced_alpha()
            alpha = gc.get_alpha() if forced or len(rgb_face) < 4 else rgb_face[3]
            canvas.setFillColorRGB(*rgb_face[:3], alpha=alpha)
        drawn = canvas.beginPath()
        _trace_path(drawn, path, transform)
        canvas.drawPath(drawn, stroke=int(strokes), fill=int(fills))
        canvas.restoreState()

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        canvas = self._canvas
        canvas.saveState()
        self._clip(gc)
        canvas.setFillColorRGB(*gc.get_rgb()[:3], alpha=gc.get_rgb()[3])
        canvas.setFont(self._font, prop.get_size_in_points())
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.drawString(0, 0, s)
        canvas.restoreState()

    def _clip(self, gc: GraphicsContextBase) -> None:
        box = gc.get_clip_rectangle()
        if box is not None:
            clip = self._canvas.beginPath()
            clip.rect(box.x0, box.y0, box.width, box.height)
            self._canvas.clipPath(clip, stroke=0, fill=0)
        outline, transform = gc.get_clip_path()
        if outline is not None:
            clip = self._canvas.beginPath()
            _trace_path(clip, outline, transform or Affine2D())
            self._canvas.clipPath(clip, stroke=0, fill=0)


_CAPS = {"butt": 0, "round": 1, "projecting": 2}
_JOINS = {"miter": 0, "round": 1, "bevel": 2}


def _set_line(canvas: Canvas, gc: GraphicsContextBase, width: float) -> None:
    red, green, blue, alpha = gc.get_rgb()
    canvas.setStrokeColorRGB(red, green, blue, alpha=alpha)
    canvas.setLineWidth(width)
    canvas.setLineCap(_CAPS[gc.get_capstyle()])
    canvas.setLineJoin(_JOINS[gc.get_joinstyle()])
    given: Any = gc.get_dashes()
    offset, dashes = given
    if dashes is not None:
        canvas.setDash([float(dash) for dash in dashes], float(offset or 0))


def _trace_path(drawn: Any, path: Any, transform: Any) -> None:
    """Matplotlib's path onto reportlab's; a curve with one control point becomes one with two."""
    at = (0.0, 0.0)
    segments: Any = path.iter_segments(transform, simplify=False, curves=True)
    for points, code in segments:
        if code == Path.MOVETO:
            drawn.moveTo(*points)
        elif code == Path.LINETO:
            drawn.lineTo(*points)
        elif code == Path.CURVE3:
            control, end = points[:2], points[2:]
            one = [a + 2 / 3 * (c - a) for a, c in zip(at, control, strict=True)]
            two = [e + 2 / 3 * (c - e) for e, c in zip(end, control, strict=True)]
            drawn.curveTo(*one, *two, *end)
        elif code == Path.CURVE4:
            drawn.curveTo(*points)
        elif code == Path.CLOSEPOLY:
            drawn.close()
            continue
        at = (float(points[-2]), float(points[-1]))
