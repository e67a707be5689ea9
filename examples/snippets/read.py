# Python 3, nothing else: affirmative regencies with clusters of the programme, on one day.
import csv
import io
import json
import urllib.parse
import urllib.request

SENTRA = "https://sentra.example"
wanted = {"affirmative": True, "clusters": {"programme": True}}
address = f"{SENTRA}/regions.csv?" + urllib.parse.urlencode({"asOf": "2017-12-25", "filter": json.dumps(wanted)})
with urllib.request.urlopen(address) as answer:
    print("could not be judged:", answer.headers["Sentra-Not-Covered-Count"])
    for row in csv.DictReader(io.TextIOWrapper(answer, "utf-8")):
        print(row["code"], row["name"], row["affirmative"])
# With pandas: pandas.read_csv(address, dtype={"code": str, "bpsCode": str})
# With geopandas: geopandas.read_file(address.replace(".csv", ".geojson"))
