"""What the commands of `openvoy history` share."""
