"""What was set on one gateway: small frozen values by subject, replaced as a whole and never changed in place."""
