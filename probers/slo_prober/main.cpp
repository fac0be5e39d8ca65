#include "probers/slo_prober/run_prober.hpp"

int main(int argc, char** argv) { return fleet::probers::run_prober(argc, argv); }
