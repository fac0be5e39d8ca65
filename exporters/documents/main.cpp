#include "exporters/documents/exporter.hpp"

int main(int argc, char** argv) {
  return fleet::exporters::run_exporter(argc, argv, fleet::exporters::documents::describe());
}
