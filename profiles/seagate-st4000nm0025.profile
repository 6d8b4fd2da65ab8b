# Seagate Enterprise Capacity 3.5 ST4000NM0025, 4 TB SAS.
# Vendor, product, revision: as lsscsi shows it. Standard, rotation rate and
# logs: guesses from drives of its kind.
vendor = SEAGATE
product = ST4000NM0025
revision = N003
version = 6
rpm = 7200
logs
selftests
