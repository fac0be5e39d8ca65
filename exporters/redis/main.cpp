// redis_health_exporter: Redis primaries, replicas, sentinels and clusters as Prometheus sees them.
#include "exporters/redis/exporter.hpp"

int main(int argc, char** argv) {
  return fleet::exporters::run_exporter(argc, argv, fleet::exporters::redis_health::describe());
}
