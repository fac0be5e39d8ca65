# shellcheck shell=bash
# Grafana, where it is installed: provisioned with the dashboards, read-only for whoever is on this machine. Debian has no package of it.

GRAFANA_HOME=${GRAFANA_HOME:-/usr/share/grafana}

grafana_installed() { command -v grafana-server >/dev/null; }

if grafana_installed; then
  PORTS+=("GRAFANA 3000 1")
  COMPONENTS+=("grafana GRAFANA draws the dashboards")
fi

# Its own configuration files are not read but for their defaults: everything is in the environment, all data in the state directory.
grafana_start() {
  local state=$FLEET_STATE/grafana
  if ! grafana_installed; then
    say "Grafana is not installed here: dashboards/*.json wait for one (docs/dashboards.md)"
    return
  fi
  mkdir -p "$state"
  [[ -s $FLEET_SECRETS/grafana_admin ]] || (umask 077 && openssl rand -hex 16 >"$FLEET_SECRETS/grafana_admin")
  process_start grafana env \
    FLEET_PROMETHEUS_URL="http://127.0.0.1:$FLEET_PORT_PROMETHEUS" FLEET_SCRAPE_INTERVAL=5s FLEET_DASHBOARDS="$FLEET_ROOT/dashboards" \
    GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT="$FLEET_PORT_GRAFANA" \
    GF_PATHS_DATA="$state" GF_PATHS_LOGS="$state/logs" GF_PATHS_PLUGINS="$state/plugins" \
    GF_PATHS_PROVISIONING="$FLEET_ROOT/dashboards/provisioning" \
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH="$FLEET_ROOT/dashboards/multi-agent-overview.json" \
    GF_SECURITY_ADMIN_PASSWORD__FILE="$FLEET_SECRETS/grafana_admin" \
    GF_AUTH_ANONYMOUS_ENABLED=true GF_AUTH_ANONYMOUS_ORG_ROLE=Viewer GF_USERS_DEFAULT_THEME=system \
    GF_ANALYTICS_REPORTING_ENABLED=false GF_ANALYTICS_CHECK_FOR_UPDATES=false GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false \
    GF_LOG_MODE=console \
    grafana-server --homepath "$GRAFANA_HOME"
  # The fleet does without it: a Grafana that does not start is said, and no more.
  (process_await grafana 120 http_ok "$FLEET_PORT_GRAFANA/api/health") || complain "the dashboards are not shown"
}
