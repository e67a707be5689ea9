"""Reads a Sentra server as QGIS does, without a window: python3 render_qgis.py URL DAY PICTURE

Loads the provinces, clusters and supports of the day by OGC API Features and the vector tiles
of the map, tells what QGIS makes of them as JSON, and renders all of it into a picture.
"""

import json
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (  # noqa: E402
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

url, day, picture = sys.argv[1:]

application = QgsApplication([], False)
application.initQgis()
told = {"version": Qgis.QGIS_VERSION}
try:
    wgs84 = QgsCoordinateReferenceSystem("EPSG:4326")
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")

    def load(collection):
        # The day is in the path of the address, because QGIS drops parameters.
        source = f"url='{url}/ogc/{day}' typename='{collection}' restrictToRequestBBOX='1' pageSize='200'"
        layer = QgsVectorLayer(source, collection, "OAPIF")
        if not layer.isValid():
            raise SystemExit(f"QGIS cannot load {collection}: {layer.error().message()}")
        features = list(layer.getFeatures())
        told[collection] = {
            "count": len(features),
            "fields": {field.name(): field.typeName() for field in layer.fields()},
            "codes": sorted({str(feature["code"]) for feature in features}) if "code" in layer.fields().names() else [],
            "crs": layer.crs().authid(),
            "withGeometry": sum(1 for feature in features if not feature.geometry().isEmpty()),
        }
        return layer

    provinces, clusters = load("provinces"), load("clusters")
    load("supports")
    box = QgsRectangle(135.3, -4.2, 135.8, -3.9)
    told["inBox"] = sorted(str(f["code"]) for f in provinces.getFeatures(QgsFeatureRequest().setFilterRect(box)))

    tiles = QgsVectorTileLayer(f"type=xyz&url={url}/tiles/%7Bz%7D/%7Bx%7D/%7By%7D.mvt?asOf%3D{day}&zmin=0&zmax=14", "tiles")
    told["tiles"] = {"valid": tiles.isValid()}

    clusters.renderer().symbol().setColor(QColor("#b3202c"))
    clusters.renderer().symbol().setSize(1.5)
    fill = provinces.renderer().symbol()
    fill.setColor(QColor(0, 0, 0, 0))
    fill.symbolLayer(0).setStrokeColor(QColor("#7a3e9d"))
    fill.symbolLayer(0).setStrokeWidth(0.5)

    settings = QgsMapSettings()
    settings.setLayers([clusters, provinces, tiles])
    settings.setBackgroundColor(QColor("#dcebf2"))
    settings.setOutputSize(QSize(1200, 480))
    settings.setDestinationCrs(mercator)
    country = QgsCoordinateTransform(wgs84, mercator, QgsProject.instance()).transformBoundingBox(QgsRectangle(94, -12, 142, 7))
    settings.setExtent(country)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    told["errors"] = [error.message for error in job.errors()]
    image = job.renderedImage()
    image.save(picture)
    # What the layers have drawn: the share of the picture that is not sea.
    counts = {}
    for y in range(0, image.height(), 4):
        for x in range(0, image.width(), 4):
            name = image.pixelColor(x, y).name()
            counts[name] = counts.get(name, 0) + 1
    told["picture"] = {"sea": counts.get("#dcebf2", 0), "all": sum(counts.values()), "colours": len(counts)}
    print(json.dumps(told))
finally:
    del application
