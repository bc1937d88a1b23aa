#!/bin/sh
# Give the tests of database sources a PostgreSQL where it is missing: Debian's package, as root.
# Its own cluster is neither made nor started; each test run makes one of its own.
set -eu

have() { command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

if have; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] ||
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null
else
    echo "no PostgreSQL found: tests of database sources are skipped (install postgresql)" >&2
fi
