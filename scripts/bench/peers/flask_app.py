"""Laptops and their charging ports, in memory: a typical Flask application."""

import itertools
import os

from flask import Flask, abort, jsonify, request, url_for

app = Flask(__name__)

ports = {1: {"id": 1, "name": "USB-C"}, 2: {"id": 2, "name": "MagSafe 3"}}
laptops = {
    id: {
        "id": id,
        "title": "Lenovo",
        "model": f"ThinkPad X1 Carbon Gen {id % 13}, configuration {id}",
        "ports": [1, 2],
    }
    for id in range(1, int(os.environ.get("LAPTOPS", "0")) + 1)
}
new_ids = itertools.count(1_000_000_000)


def present(laptop):
    return {**laptop, "ports": [ports[id] for id in laptop["ports"]]}


@app.get("/laptops")
def list_laptops():
    limit = request.args.get("limit", 1000, type=int)
    return jsonify([present(laptop) for laptop in itertools.islice(laptops.values(), limit)])


@app.get("/laptops/<int:id>")
def get_laptop(id):
    laptop = laptops.get(id)
    if laptop is None:
        abort(404)
    return jsonify(present(laptop))


@app.post("/laptops")
def add_laptop():
    body = request.get_json()
    if not isinstance(body.get("title"), str) or not isinstance(body.get("model"), str):
        abort(422)
    id = body.get("id") or next(new_ids)
    if id in laptops:
        abort(409)
    laptops[id] = {"id": id, "title": body["title"], "model": body["model"], "ports": []}
    return jsonify(present(laptops[id])), 201, {"Location": url_for("get_laptop", id=id)}


@app.get("/ports")
def list_ports():
    return jsonify(list(ports.values()))


@app.get("/ports/<int:id>")
def get_port(id):
    return jsonify(ports[id]) if id in ports else abort(404)


@app.post("/ports")
def add_port():
    body = request.get_json()
    id = body.get("id") or next(new_ids)
    ports[id] = {"id": id, "name": body["name"]}
    return jsonify(ports[id]), 201
