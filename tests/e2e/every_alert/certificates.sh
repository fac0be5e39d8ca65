# shellcheck shell=bash disable=SC2154
# Two servers of TLS whose certificates end soon.

certificates_prepare() {
  perth_probe "  - name: certificates
    type: tcp
    interval: 5s
    timeout: 4s
    targets:
      - {name: ends-in-days, address: \"127.0.0.1:$FLEET_PORT_TLS_DAYS\"}
      - {name: ends-in-hours, address: \"127.0.0.1:$FLEET_PORT_TLS_HOURS\"}
    tcp: {tls: true, tls_config: {insecure_skip_verify: true}}"
  certificate_serve days "$FLEET_PORT_TLS_DAYS" 9
  certificate_serve hours "$FLEET_PORT_TLS_HOURS" 1
  fault certificate-days "a certificate ends in 9 days"
  fault certificate-hours "a certificate ends in 24 hours"
}

certificate_serve() { # NAME PORT DAYS
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/$1.key" -out "$work/$1.pem" -days "$3" -subj "/CN=$1.legalllm.example" 2>/dev/null
  own_process "tls-$1" openssl s_server -accept "127.0.0.1:$2" -key "$work/$1.key" -cert "$work/$1.pem" -quiet
}

certificates_prove() {
  proven CertificateExpiring/2 certificate-hours 90 ends-in-hours
  proven CertificateExpiring/3 certificate-days 120 ends-in-days
}
