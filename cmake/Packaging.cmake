# The .deb: `cmake --build --preset release && cpack --config build/release/CPackConfig.cmake -B build/release`. One package of the programs,
# the unit, and what an operator starts from: commented configurations, rules with their pages, dashboards.
set(share share/legalllm-fleet)
set(doc share/doc/legalllm-fleet)
install(FILES docker/systemd/legalllm-fleet@.service DESTINATION lib/systemd/system COMPONENT files)
install(FILES docker/systemd/legalllm-fleet.sysusers DESTINATION lib/sysusers.d RENAME legalllm-fleet.conf COMPONENT files)
# Named as the unit looks for them: PROGRAM.yml.
foreach(pair a2a_exporter:a2a/a2a document_exporter:documents/documents pg_health_exporter:postgres/postgres redis_health_exporter:redis/redis
    compliance_exporter:compliance/compliance consent_exporter:consent/consent)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 program)
  list(GET pair 1 file)
  install(FILES exporters/${file}.yml DESTINATION ${doc}/examples RENAME ${program}.yml COMPONENT files)
endforeach()
install(FILES probers/slo_prober/prober.yml DESTINATION ${doc}/examples RENAME slo_prober.yml COMPONENT files)
install(FILES slo/legalllm.yml probers/postgres/canary_table.sql DESTINATION ${doc}/examples COMPONENT files)
install(DIRECTORY alert-rules/ DESTINATION ${share}/alert-rules COMPONENT files
  FILES_MATCHING PATTERN "*.rules.yml" PATTERN "*.md" PATTERN "*.tmpl" PATTERN "alertmanager.yml.in" PATTERN tests EXCLUDE)
install(DIRECTORY dashboards/ DESTINATION ${share}/dashboards COMPONENT files
  FILES_MATCHING PATTERN "*.json" REGEX "/provisioning/.*\\.yml$" PATTERN tests EXCLUDE PATTERN look EXCLUDE)
install(DIRECTORY docker/prometheus/ DESTINATION ${share}/prometheus COMPONENT files
  FILES_MATCHING PATTERN "*.yml" PATTERN "*.test.yml" EXCLUDE)
install(DIRECTORY docs/ DESTINATION ${doc} COMPONENT files FILES_MATCHING PATTERN "*.md")

# With the programs, as it is read from them.
set(sbom ${CMAKE_BINARY_DIR}/sbom.cdx.json)
install(CODE "execute_process(COMMAND ${CMAKE_SOURCE_DIR}/cmake/sbom.sh ${CMAKE_BINARY_DIR} OUTPUT_FILE ${sbom} COMMAND_ERROR_IS_FATAL ANY)"
  COMPONENT programs)
install(FILES ${sbom} DESTINATION ${doc} COMPONENT programs)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME legalllm-fleet)
set(CPACK_PACKAGE_VENDOR "LegalLLM Professional")
set(CPACK_PACKAGE_CONTACT "LegalLLM operations <ops@legalllm.com.au>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Prometheus exporters and SLO prober for LegalLLM Professional")
set(CPACK_PACKAGE_DESCRIPTION "Exporters of agent latency, documents, PostgreSQL, Redis, compliance and consent; a synthetic prober;
alert rules, dashboards and a hardened systemd unit, of which each program is an instance.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs files)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/docker/systemd/postinst ${CMAKE_SOURCE_DIR}/docker/systemd/prerm
  ${CMAKE_SOURCE_DIR}/docker/systemd/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
