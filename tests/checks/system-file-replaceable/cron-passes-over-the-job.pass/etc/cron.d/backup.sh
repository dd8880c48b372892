30 3 * * * root /opt/bot/backup >/dev/null
