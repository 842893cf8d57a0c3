"""The local stack: memberflow on one machine, built from template.yaml in moto's memory."""
