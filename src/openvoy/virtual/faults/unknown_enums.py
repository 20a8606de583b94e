"""Words that nobody knew before: firmware adds kinds of meters, devices, contacts and modes with every version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from openvoy.codec import changed, doc
from openvoy.protocol.endpoints.contacts import CONTACT_SETTINGS, ContactSettingsList
from openvoy.protocol.endpoints.ensemble import ENSEMBLE_INVENTORY, RELAY, EnsembleGroup
from openvoy.protocol.endpoints.inventory import INVENTORY, InventoryGroup
from openvoy.protocol.endpoints.inverters import DEVICE_DATA, DeviceData
from openvoy.protocol.endpoints.meters import METERS, MeterInfo
from openvoy.protocol.endpoints.production import ProductionPage
from openvoy.protocol.endpoints.tariff import TARIFF, TariffReply
from openvoy.virtual.fault import Stage
from openvoy.virtual.fault_data import PAGES, DataFault, Edits
from openvoy.virtual.faults import fault

_EID = 704645376


@fault("unknown-enums", "Q80")
@dataclass(frozen=True, kw_only=True)
class UnknownEnums(DataFault):
    """Adds devices of an unknown kind and sets relay, contacts and storage mode to an unknown word."""

    word: Annotated[str, doc("", "what stands there; 3RD-PV, schedule, economy and pv3p were new once")] = "quantum"

    def edits(self, stage: Stage) -> Edits:
        """Change everything that holds such a word."""
        word = self.word
        return {
            METERS: self._meters,
            DEVICE_DATA: lambda devices: {**devices, "4026531840": DeviceData(kind=word, serial="0", active=True)},
            INVENTORY: lambda groups: (*groups, InventoryGroup(kind=word, devices=())),
            ENSEMBLE_INVENTORY: lambda groups: (*groups, EnsembleGroup(kind=word, devices=())),
            RELAY: lambda relay: changed(relay, relay=word, battery_grid_mode=word),
            CONTACT_SETTINGS: self._contacts,
            TARIFF: self._tariff,
            **dict.fromkeys(PAGES, self._page),
        }

    def _meters(self, meters: tuple[MeterInfo, ...]) -> tuple[MeterInfo, ...]:
        if not meters:
            return meters
        return (*meters, changed(meters[0], eid=_EID, measurement=self.word, metering_status=self.word))

    def _contacts(self, settings: ContactSettingsList) -> ContactSettingsList:
        contacts = settings.contacts or ()
        return changed(settings, contacts=tuple(changed(row, kind=self.word, on_grid=self.word) for row in contacts))

    def _tariff(self, reply: TariffReply) -> TariffReply:
        tariff = reply.tariff
        if tariff is None or tariff.storage is None:
            return reply
        return changed(reply, tariff=changed(tariff, storage=changed(tariff.storage, mode=self.word)))

    def _page(self, page: ProductionPage) -> ProductionPage:
        rows = page.production or ()
        return changed(page, production=(*rows, *(changed(row, kind=self.word) for row in rows[-1:])))
