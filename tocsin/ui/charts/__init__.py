"""Graphics drawn on the server as SVG: they need no script, they print, and each has words or a table beside it.

Pure functions from frozen dataclasses to markup. No style attributes, for the content security policy forbids them:
colours and type come from classes in `frontend/src/styles/charts.css`, sizes from SVG's own attributes.
"""

from tocsin.ui.charts.histogram import Histogram, Marker, histogram_svg
from tocsin.ui.charts.sparkline import Sparkline, sparkline_svg
from tocsin.ui.charts.topology import Edge, Graph, Node, topology_svg

__all__ = [
    "Edge",
    "Graph",
    "Histogram",
    "Marker",
    "Node",
    "Sparkline",
    "histogram_svg",
    "sparkline_svg",
    "topology_svg",
]
