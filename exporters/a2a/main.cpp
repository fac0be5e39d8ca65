#include "exporters/a2a/exporter.hpp"

int main(int argc, char** argv) {
  return fleet::exporters::run_exporter(argc, argv, fleet::exporters::a2a::describe());
}
