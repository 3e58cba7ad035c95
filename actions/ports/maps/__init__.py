"""The port of the map: how far it is by road. One adapter that needs no service."""

from actions.ports.maps.great_circle import GreatCircleMap
from actions.ports.maps.port import Map

__all__ = ["GreatCircleMap", "Map"]
