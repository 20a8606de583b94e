"""One file a control, or a few that share an object of the gateway; `openvoy.protocol.control` says how to declare."""
