"""Laptops and their charging ports, in memory: a typical FastAPI application."""

import itertools
import os
from typing import Annotated

from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel, StringConstraints

app = FastAPI()

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Port(BaseModel):
    id: int
    name: Text


class NewPort(BaseModel):
    id: int | None = None
    name: Text


class Laptop(BaseModel):
    id: int
    title: Text
    model: Text
    ports: list[Port] = []


class NewLaptop(BaseModel):
    id: int | None = None
    title: Text
    model: Text


ports = {1: Port(id=1, name="USB-C"), 2: Port(id=2, name="MagSafe 3")}
laptops = {
    id: Laptop(
        id=id,
        title="Lenovo",
        model=f"ThinkPad X1 Carbon Gen {id % 13}, configuration {id}",
        ports=[ports[1], ports[2]],
    )
    for id in range(1, int(os.environ.get("LAPTOPS", "0")) + 1)
}
new_ids = itertools.count(1_000_000_000)


@app.get("/laptops")
async def list_laptops(title: str | None = None, limit: int = 1000) -> list[Laptop]:
    found = (laptop for laptop in laptops.values() if title in (None, laptop.title))
    return list(itertools.islice(found, limit))


@app.get("/laptops/{id}")
async def get_laptop(id: int) -> Laptop:
    if id not in laptops:
        raise HTTPException(404)
    return laptops[id]


@app.post("/laptops", status_code=201)
async def add_laptop(new: NewLaptop, response: Response) -> Laptop:
    id = new.id or next(new_ids)
    if id in laptops:
        raise HTTPException(409)
    laptops[id] = Laptop(id=id, title=new.title, model=new.model)
    response.headers["Location"] = f"/laptops/{id}"
    return laptops[id]


@app.get("/ports")
async def list_ports() -> list[Port]:
    return list(ports.values())


@app.get("/ports/{id}")
async def get_port(id: int) -> Port:
    if id not in ports:
        raise HTTPException(404)
    return ports[id]


@app.post("/ports", status_code=201)
async def add_port(new: NewPort) -> Port:
    id = new.id or next(new_ids)
    ports[id] = Port(id=id, name=new.name)
    return ports[id]
