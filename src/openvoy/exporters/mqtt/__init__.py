"""MQTT: every quantity as a retained topic, with Home Assistant's discovery, and commands where control is enabled."""

from __future__ import annotations

from collections.abc import Sequence

from openvoy.exporters.home_assistant import Prefixes
from openvoy.exporters.mqtt.connection import Place, connect
from openvoy.exporters.mqtt.session import Session
from openvoy.exporters.mqtt.settings import MqttSettings
from openvoy.ports import ExporterKind, Household, Page, Progress


class MqttExporter:
    """Serves one broker. Each connection begins with what the broker kept, so that only what differs is sent."""

    pages: Sequence[Page] = ()

    def __init__(self, settings: MqttSettings, household: Household) -> None:
        """Raise ConfigError for settings that cannot work, or a secret that is not there."""
        self._settings, self._household = settings, household
        self._place = Place.of(settings, household.environ)
        self._prefixes = Prefixes(discovery=settings.discovery_prefix, topic=settings.prefix)
        self.receiver = str(self._place)

    async def run(self, progress: Progress) -> None:
        """Publish until cancelled, or until the broker goes away."""
        async with connect(self._place, will=self._prefixes.status) as broker:
            session = Session(
                broker, self._household, prefixes=self._prefixes, settings=self._settings, progress=progress
            )
            await session.run()


KIND = ExporterKind(section="mqtt", settings=MqttSettings, build=MqttExporter)
